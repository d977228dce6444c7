import type { GeoJSONSourceSpecification, StyleSpecification } from 'maplibre-gl'

import type { AreaFeature } from '@/api/areas'
import type { ThemeName } from '@/app/theme'

import type { Heat, Spot } from './DistrictMap'
import { boundsOf, type Bounds, type Place } from './projection'

/** A camera on the map. */
export interface CameraPin {
  readonly id: string
  readonly name: string
  readonly place: Place
  /** Whether it sees its street now. */
  readonly sees: boolean
}

/** What a large map shows beside the areas. */
export interface MapContent {
  readonly heat: readonly Heat[]
  readonly spots: readonly Spot[]
  readonly cameras: readonly CameraPin[]
}

interface Look {
  /** Id of the spot that stands out. */
  readonly chosen?: string | null
  /** How large letters and marks are; a screen on a wall is read from afar. */
  readonly scale?: number
}

/** As in app/tokens.css; a canvas cannot read custom properties. */
const COLOURS = {
  light: {
    ground: '#e9eeec',
    land: '#ffffff',
    line: '#aebbb7',
    border: '#6f807b',
    text: '#43524e',
    halo: '#ffffff',
    spot: '#b4271f',
    spotText: '#ffffff',
    sees: '#1c7a42',
    blind: '#8f5200',
  },
  dark: {
    ground: '#0a0f0e',
    land: '#17211f',
    line: '#3a4a46',
    border: '#70837e',
    text: '#b6c6c1',
    halo: '#141c1a',
    spot: '#f0766c',
    spotText: '#2a0b08',
    sees: '#5fd08a',
    blind: '#e9b25a',
  },
} as const satisfies Record<ThemeName, Record<string, string>>

/** From few cases to many; the legend shows the same. */
const HEAT = [
  'rgb(240 190 80 / 0)',
  'rgb(240 180 70 / 0.55)',
  'rgb(224 123 26 / 0.75)',
  'rgb(200 50 30 / 0.85)',
] as const
/** Fonts of the reader's own machine: without an address for glyphs MapLibre draws all letters itself. */
const FONTS = ['Noto Sans CJK SC', 'Noto Sans SC', 'PingFang SC', 'Microsoft YaHei', 'sans-serif']
/** Where a name may stand about its place: it gives way to cameras, hot spots and other names. */
const ANCHORS: ('center' | 'top' | 'bottom' | 'left' | 'right')[] = [
  'center',
  'top',
  'bottom',
  'left',
  'right',
]
const FEW_AREAS = 12

/** A map of the district's own outlines: nothing of it is asked of a map server. */
export function mapStyle(
  areas: readonly AreaFeature[],
  content: MapContent,
  theme: ThemeName,
  { chosen = null, scale = 1 }: Look = {},
): StyleSpecification {
  const colour = COLOURS[theme]
  const few = areas.filter(({ properties }) => properties.level === 'community').length <= FEW_AREAS
  const community = ['==', ['get', 'level'], 'community'] as ['==', ['get', string], string]
  const name = {
    'text-field': ['get', 'name'] as ['get', string],
    'text-font': FONTS,
    'text-padding': 4,
    'text-variable-anchor': ANCHORS,
    'text-radial-offset': 0.9,
    'text-justify': 'auto' as const,
  }
  return {
    version: 8,
    sources: {
      areas: { type: 'geojson', data: { type: 'FeatureCollection', features: areas.map(inPlace) } },
      names: source(areas.filter(({ properties }) => properties.level !== 'district').map(namePoint)),
      heat: heatSource(content.heat),
      spots: spotSource(content.spots, chosen),
      cameras: cameraSource(content.cameras),
    },
    layers: [
      { id: 'ground', type: 'background', paint: { 'background-color': colour.ground } },
      {
        id: 'land',
        type: 'fill',
        source: 'areas',
        paint: { 'fill-color': colour.land, 'fill-opacity': 0.85 },
      },
      {
        id: 'communities',
        type: 'line',
        source: 'areas',
        filter: community,
        paint: { 'line-color': colour.line, 'line-dasharray': [3, 2] },
      },
      {
        id: 'borders',
        type: 'line',
        source: 'areas',
        filter: ['!', community],
        paint: {
          'line-color': ['match', ['get', 'level'], 'district', colour.border, colour.line],
          'line-width': ['match', ['get', 'level'], 'district', 2.5, 1.5],
        },
      },
      {
        id: 'heat',
        type: 'heatmap',
        source: 'heat',
        paint: {
          'heatmap-weight': ['get', 'weight'],
          'heatmap-radius': [
            'interpolate',
            ['exponential', 1.6],
            ['zoom'],
            10,
            14 * scale,
            14,
            30 * scale,
            18,
            110 * scale,
          ],
          'heatmap-opacity': 0.9,
          'heatmap-color': [
            'interpolate',
            ['linear'],
            ['heatmap-density'],
            0,
            HEAT[0],
            0.2,
            HEAT[1],
            0.6,
            HEAT[2],
            1,
            HEAT[3],
          ],
        },
      },
      {
        id: 'community-names',
        type: 'symbol',
        source: 'names',
        filter: community,
        minzoom: few ? 0 : 13,
        layout: { ...name, 'text-size': 12 * scale },
        paint: { 'text-color': colour.text, 'text-halo-color': colour.halo, 'text-halo-width': 1.5 },
      },
      {
        id: 'names',
        type: 'symbol',
        source: 'names',
        filter: ['!', community],
        layout: { ...name, 'text-size': 14 * scale },
        paint: { 'text-color': colour.text, 'text-halo-color': colour.halo, 'text-halo-width': 2 },
      },
      {
        id: 'camera-names',
        type: 'symbol',
        source: 'cameras',
        minzoom: 14,
        layout: {
          ...name,
          'text-size': 12 * scale,
          'text-variable-anchor': ['top', 'bottom', 'right', 'left'],
        },
        paint: { 'text-color': colour.text, 'text-halo-color': colour.halo, 'text-halo-width': 1.5 },
      },
      {
        id: 'cameras',
        type: 'circle',
        source: 'cameras',
        paint: {
          'circle-radius': ['interpolate', ['linear'], ['zoom'], 10, 4 * scale, 16, 7 * scale],
          'circle-color': ['case', ['get', 'sees'], colour.sees, colour.land],
          'circle-stroke-color': ['case', ['get', 'sees'], colour.halo, colour.blind],
          'circle-stroke-width': ['case', ['get', 'sees'], 1.5 * scale, 3 * scale],
        },
      },
      {
        // Circles take no room among the letters: this does, unseen, so that names keep off the cameras.
        id: 'camera-room',
        type: 'symbol',
        source: 'cameras',
        layout: {
          'text-field': '●',
          'text-font': FONTS,
          'text-size': 16 * scale,
          'text-allow-overlap': true,
        },
        paint: { 'text-opacity': 0 },
      },
      {
        id: 'spots',
        type: 'circle',
        source: 'spots',
        paint: {
          'circle-radius': ['interpolate', ['linear'], ['get', 'count'], 2, 12 * scale, 50, 20 * scale],
          'circle-color': colour.spot,
          'circle-stroke-color': colour.halo,
          'circle-stroke-width': ['case', ['get', 'chosen'], 5, 2],
        },
      },
      {
        id: 'spot-counts',
        type: 'symbol',
        source: 'spots',
        layout: {
          'text-field': ['to-string', ['get', 'count']],
          'text-font': FONTS,
          'text-size': 13 * scale,
          'text-allow-overlap': true,
        },
        paint: { 'text-color': colour.spotText },
      },
    ],
  }
}

/** The squares with cases; the fullest weighs one. */
function heatSource(heat: readonly Heat[]): GeoJSONSourceSpecification {
  const hottest = Math.max(1, ...heat.map(({ count }) => count))
  return source(heat.map(({ place, count }) => point(place, { weight: Math.sqrt(count / hottest) })))
}

function spotSource(spots: readonly Spot[], chosen: string | null): GeoJSONSourceSpecification {
  return source(
    spots.map(({ id, place, label, count = 0 }) => point(place, { id, label, count, chosen: id === chosen })),
  )
}

function cameraSource(cameras: readonly CameraPin[]): GeoJSONSourceSpecification {
  return source(cameras.map(({ id, name, place, sees }) => point(place, { id, name, label: name, sees })))
}

/** What the areas span; without areas, what the content does. Null where there is no place at all. */
export function mapBounds(areas: readonly AreaFeature[], content: MapContent): Bounds | null {
  const outlines = areas.flatMap((area) => ringsOf(area).flat())
  const places =
    outlines.length > 0
      ? outlines
      : [...content.heat, ...content.spots, ...content.cameras].map(({ place }) => place)
  return places.length === 0 ? null : boundsOf(places)
}

/** The middle of an outline by its surface, where its name stands; of the largest part, where it has many. */
export function middleOf(area: AreaFeature): Place {
  let [most, middle]: [number, Place] = [-1, [0, 0]]
  for (const ring of ringsOf(area)) {
    const [size, centre] = centroid(ring)
    if (size > most) [most, middle] = [size, centre]
  }
  return middle
}

/** The surface in square degrees, and its centre (shoelace formula). */
function centroid(ring: readonly Place[]): [number, Place] {
  const [originX, originY] = ring[0] ?? [0, 0]
  let [doubled, x, y] = [0, 0, 0]
  ring.forEach(([x1, y1], index) => {
    const [x2, y2] = ring[(index + 1) % ring.length] ?? [x1, y1]
    // From the first corner: products of whole degrees would drown the differences.
    const cross = (x1 - originX) * (y2 - originY) - (x2 - originX) * (y1 - originY)
    doubled += cross
    x += (x1 + x2 - 2 * originX) * cross
    y += (y1 + y2 - 2 * originY) * cross
  })
  if (doubled === 0) return [0, [originX, originY]]
  return [Math.abs(doubled) / 2, [originX + x / (3 * doubled), originY + y / (3 * doubled)]]
}

/** The outlines without their holes. */
function ringsOf({ geometry }: AreaFeature): Place[][] {
  const polygons = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates
  return polygons.flatMap((polygon) => polygon.slice(0, 1))
}

function inPlace({ geometry, properties: { level, name } }: AreaFeature) {
  return { type: 'Feature' as const, geometry, properties: { level, name } }
}

function namePoint(area: AreaFeature) {
  const { level, name } = area.properties
  return point(middleOf(area), { level, name })
}

function point(
  [longitude, latitude]: Place,
  properties: Readonly<Record<string, string | number | boolean>>,
) {
  const geometry = { type: 'Point' as const, coordinates: [longitude, latitude] }
  return { type: 'Feature' as const, geometry, properties }
}

function source(features: ReturnType<typeof point>[]): GeoJSONSourceSpecification {
  return { type: 'geojson', data: { type: 'FeatureCollection', features } }
}
