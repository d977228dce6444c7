import 'maplibre-gl/dist/maplibre-gl.css'

import { MapLibreMap, NavigationControl, Popup, ScaleControl, setWorkerUrl } from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import { useEffect, useEffectEvent, useRef, useState } from 'react'

import type { AreaFeature } from '@/api/areas'
import { useMessages } from '@/app/locale'

import styles from './GlMap.module.css'
import { mapBounds, mapStyle, type MapContent } from './mapStyle'
import { useShownTheme } from './useShownTheme'

setWorkerUrl(workerUrl)

const TOLD = ['spots', 'cameras']
const SPOT_ZOOM = 16
const LETTER_PX = 14

interface Props extends MapContent {
  areas: readonly AreaFeature[]
  chosen: string | null
  onSpot?: ((id: string) => void) | undefined
  onCamera?: ((id: string) => void) | undefined
  /** Nobody touches it: a picture on a wall. */
  still: boolean
  /** The browser cannot draw it, or no longer can. */
  onBroken: () => void
}

/** The district drawn by MapLibre, from the office's own outlines alone. It is large: load it only where it is shown. */
export default function GlMap({
  areas,
  heat,
  spots,
  cameras,
  chosen,
  onSpot,
  onCamera,
  still,
  onBroken,
}: Props) {
  const t = useMessages()
  const theme = useShownTheme()
  const frame = useRef<HTMLDivElement>(null)
  const [map, setMap] = useState<MapLibreMap | null>(null)
  const content = { heat, spots, cameras }
  const bounds = mapBounds(areas, content)
  const placed = bounds === null ? null : bounds.join(' ')

  const begin = useEffectEvent((container: HTMLElement) => {
    const map = new MapLibreMap({
      container,
      style: mapStyle(areas, content, theme, { chosen, scale: scaleOf(container) }),
      ...(bounds === null ? {} : { bounds, fitBoundsOptions: { padding: 24 } }),
      attributionControl: false,
      interactive: !still,
      // The page scrolls on: the wheel needs Ctrl, touch needs two fingers.
      cooperativeGestures: !still,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      fadeDuration: 0,
      maxZoom: 19,
      locale: {
        'Map.Title': t('map.title'),
        'NavigationControl.ZoomIn': t('map.zoomIn'),
        'NavigationControl.ZoomOut': t('map.zoomOut'),
        'CooperativeGesturesHandler.WindowsHelpText': t('map.ctrl'),
        'CooperativeGesturesHandler.MacHelpText': t('map.command'),
        'CooperativeGesturesHandler.MobileHelpText': t('map.fingers'),
      },
    })
    map.touchZoomRotate.disableRotation()
    if (!still) map.addControl(new NavigationControl({ showCompass: false }), 'top-right')
    if (!still) map.addControl(new ScaleControl({ maxWidth: 120 }), 'bottom-left')
    return map
  })
  const broken = useEffectEvent(onBroken)
  const told = useEffectEvent((layer: string, id: string) => {
    if (layer === 'spots') onSpot?.(id)
    else onCamera?.(id)
  })

  useEffect(() => {
    if (frame.current === null) return
    let made: MapLibreMap
    try {
      made = begin(frame.current)
    } catch (error) {
      console.info('no WebGL map here:', error)
      broken()
      return
    }
    const popup = new Popup({ closeButton: false, closeOnClick: false, offset: 14 })
    made.on('webglcontextlost', () => broken())
    made.on('load', () => setMap(made))
    made.on('mousemove', TOLD, ({ features, lngLat }) => {
      const [found] = features ?? []
      if (found === undefined) return
      made.getCanvas().style.cursor = 'pointer'
      popup.setLngLat(lngLat).setText(String(found.properties.label)).addTo(made)
    })
    made.on('mouseleave', TOLD, () => {
      made.getCanvas().style.cursor = ''
      popup.remove()
    })
    made.on('click', TOLD, ({ features }) => {
      const [found] = features ?? []
      if (found !== undefined) told(found.layer.id, String(found.properties.id))
    })
    return () => {
      setMap(null)
      made.remove()
    }
  }, [still])

  // What changes later goes into the map that is there: a new one would lose the reader's place.
  useEffect(() => {
    map?.setStyle(
      mapStyle(areas, { heat, spots, cameras }, theme, { chosen, scale: scaleOf(map.getContainer()) }),
    )
  }, [map, areas, heat, spots, cameras, chosen, theme])

  const [longitude, latitude] = spots.find(({ id }) => id === chosen)?.place ?? []
  useEffect(() => {
    if (map === null) return
    if (longitude !== undefined && latitude !== undefined) {
      map.flyTo({ center: [longitude, latitude], zoom: Math.max(map.getZoom(), SPOT_ZOOM) })
    } else if (placed !== null) {
      const [west = 0, south = 0, east = 0, north = 0] = placed.split(' ').map(Number)
      map.fitBounds([west, south, east, north], { padding: 24 })
    }
  }, [map, placed, longitude, latitude])

  return <div ref={frame} className={styles.map} data-still={still} data-drawn={map !== null} />
}

/** Marks and letters follow the page's text. */
function scaleOf(element: Element): number {
  return Number.parseFloat(getComputedStyle(element).fontSize) / LETTER_PX
}
