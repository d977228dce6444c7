import { useQuery } from '@tanstack/react-query'
import type { MouseEvent } from 'react'

import { areaShapesQuery } from '@/api/areas'
import { useFormat } from '@/app/format'
import { useMessages } from '@/app/locale'

import styles from './DistrictMap.module.css'
import { projectionOf, roundLength, smallestAround, type Place } from './projection'

/** A point or circle on the map. */
export interface Spot {
  readonly id: string
  readonly place: Place
  readonly label: string
  /** Of the circle, metres; a point without it. */
  readonly metres?: number
  /** How many cases it stands for. */
  readonly count?: number
  readonly kind?: string
  onClick?: () => void
}

/** How many cases lie in a square of a thousandth of a degree. */
export interface Heat {
  readonly place: Place
  readonly count: number
}

interface Props {
  spots: readonly Spot[]
  heat?: readonly Heat[]
  /** Code of an area that stands out. */
  marked?: string | null
  onArea?: (code: string) => void
  /** A place was clicked; who has no pointer needs fields for it beside the map. */
  onPlace?: (place: Place) => void
  /** Show the area around the last spot instead of the whole district. */
  close?: boolean
}

const LABELLED = 24
const HEAT_METRES = 60

/** The district's areas as a plan, with spots on it. It needs no map server: the outlines are the office's own. */
export function DistrictMap({ spots, heat = [], marked = null, onArea, onPlace, close = false }: Props) {
  const t = useMessages()
  const format = useFormat()
  const { data: shapes = [] } = useQuery(areaShapesQuery)
  const outlines = shapes.flatMap((shape) => shape.rings.flat())
  const places = [...spots, ...heat].map(({ place }) => place)
  const here = close ? spots.at(-1)?.place : undefined
  const around = here === undefined ? null : smallestAround(shapes, here)
  const map = projectionOf(
    close || outlines.length === 0 ? [...places, ...(around?.rings.flat() ?? [])] : outlines,
  )
  const hottest = Math.max(1, ...heat.map(({ count }) => count))
  if (map === null) return null
  const path = (rings: readonly (readonly Place[])[]) =>
    rings
      .map((ring) => `M${ring.map((place) => map.at(place).map(Math.round).join(' ')).join('L')}Z`)
      .join('')
  const bar = roundLength(map.width * map.metres * 0.3)
  const unit = Math.max(map.width, map.height) / 100
  // The largest first, so that what lies within is drawn over it.
  const order = shapes.toSorted((one, other) => LEVELS.indexOf(one.level) - LEVELS.indexOf(other.level))
  const isNested = shapes.some(({ level }) => level === 'community')
  const onClick = (event: MouseEvent<SVGSVGElement>) => {
    const matrix = event.currentTarget.getScreenCTM()
    if (matrix === null || onPlace === undefined) return
    const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse())
    onPlace(map.back([x, y]))
  }
  return (
    <figure className={styles.map} data-place={onPlace !== undefined}>
      {/* Where a place can be clicked, fields beside the map take it from the keyboard. */}
      <svg
        onClick={onPlace === undefined ? undefined : onClick}
        viewBox={`0 0 ${map.width} ${map.height}`}
        role="img"
        aria-label={t('areas.map', { count: shapes.length })}
        preserveAspectRatio="xMidYMid meet"
      >
        {order.map((shape) => (
          <path
            key={shape.code}
            d={path(shape.rings)}
            data-level={shape.level}
            data-marked={shape.code === (around?.code ?? marked)}
            onClick={onArea === undefined ? undefined : () => onArea(shape.code)}
          >
            <title>{shape.name}</title>
          </path>
        ))}
        {around === null ? null : (
          <text x={map.width / 2} y={unit * 7} fontSize={unit * 5}>
            {around.name}
          </text>
        )}
        {close || shapes.length > LABELLED
          ? null
          : order
              .filter((shape) => shape.level !== 'district')
              .map((shape) => {
                const ring = shape.rings[0] ?? []
                const [x, y] = map.at(middleOf(ring) ?? [0, 0])
                const top = Math.min(...ring.map((place) => map.at(place)[1]))
                // Smaller areas lie within: their names have the middle.
                const atTop = shape.level === 'sub_district' && isNested
                return (
                  <text key={shape.code} x={x} y={atTop ? top + unit * 3.5 : y} fontSize={unit * 2.2}>
                    {shape.name}
                  </text>
                )
              })}
        {heat.map(({ place, count }) => {
          const [x, y] = map.at(place)
          const radius = Math.max(HEAT_METRES / map.metres, unit)
          const opacity = 0.2 + 0.7 * Math.sqrt(count / hottest)
          return (
            <circle key={place.join(' ')} cx={x} cy={y} r={radius} opacity={opacity} data-heat="true">
              <title>{format.number(count)}</title>
            </circle>
          )
        })}
        {spots.map((spot) => {
          const [x, y] = map.at(spot.place)
          const least = unit * (spot.count === undefined ? 1.2 : 2.4)
          const radius =
            spot.metres === undefined ? unit * (close ? 2.4 : 1.1) : Math.max(spot.metres / map.metres, least)
          return (
            <g key={spot.id} data-spot="true" onClick={spot.onClick}>
              <circle
                cx={x}
                cy={y}
                r={radius}
                data-area={spot.metres !== undefined}
                data-kind={spot.kind}
                data-link={spot.onClick !== undefined}
              >
                <title>{spot.label}</title>
              </circle>
              {spot.count === undefined ? null : (
                <text x={x} y={y + unit * 0.7} fontSize={unit * 2}>
                  {format.number(spot.count)}
                </text>
              )}
            </g>
          )
        })}
        <g className={styles.scale} fontSize={unit * (close ? 4 : 1.8)}>
          <path d={`M${unit * 2} ${map.height - unit * 3}v${unit}h${bar / map.metres}v${-unit}`} />
          <text x={unit * 2 + bar / map.metres / 2} y={map.height - unit * 3}>
            {bar >= 1000 ? `${format.number(bar / 1000)} km` : `${format.number(bar)} m`}
          </text>
        </g>
      </svg>
    </figure>
  )
}

const LEVELS = ['district', 'sub_district', 'community']

function middleOf(ring: readonly Place[]): Place | null {
  if (ring.length === 0) return null
  const sum = ring.reduce<[number, number]>(
    ([x, y], [longitude, latitude]) => [x + longitude, y + latitude],
    [0, 0],
  )
  return [sum[0] / ring.length, sum[1] / ring.length]
}
