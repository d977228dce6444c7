import { memo } from 'react'

import type { AreaShape } from '@/api/areas'
import type { Position } from '@/api/photoUpload'
import { useFormat } from '@/app/format'
import { roundLength, type Projection } from '@/features/map/projection'

import type { View } from './pinView'
import styles from './Plan.module.css'

interface Props {
  map: Projection
  shapes: readonly AreaShape[]
  view: View
  /** Where single photos say they were taken. */
  marks?: readonly Position[]
}

const NAMES = 12

/** What a plan shows beneath the pin: areas with names, a grid to move on, a scale. */
export function PlanLayers({ map, shapes, view, marks = [] }: Props) {
  const { middle, across } = view
  const step = gridMetres(map, view) / map.metres
  const corner = [middle[0] - across / 2, middle[1] - across / 2] as const
  const lines = Array.from({ length: Math.ceil(across / step) + 1 }, (_, index) => index * step)
  const grid = lines
    .map((along) => {
      const [x, y] = corner.map((value) => Math.ceil(value / step) * step + along)
      return `M${x ?? 0} ${corner[1]}v${across}M${corner[0]} ${y ?? 0}h${across}`
    })
    .join('')
  const named = shapes
    .filter((shape) => shape.level !== 'district')
    .map((shape) => ({ shape, at: middleOf(shape, map) }))
    .filter(({ at }) => at.every((value, axis) => Math.abs(value - (middle[axis] ?? 0)) < across * 0.45))
  return (
    <>
      <Outlines map={map} shapes={shapes} />
      <path className={styles.grid} d={grid} />
      {named.slice(0, NAMES).map(({ shape, at }) => (
        <text key={shape.code} x={at[0]} y={at[1]} fontSize={across * 0.035}>
          {shape.name}
        </text>
      ))}
      {marks.map(({ longitude, latitude }) => {
        const [x, y] = map.at([longitude, latitude])
        return (
          <circle key={`${longitude} ${latitude}`} className={styles.mark} cx={x} cy={y} r={across * 0.014} />
        )
      })}
    </>
  )
}

/** The length of a side of the grid's squares, in words. */
export function GridLength({ map, view }: { map: Projection; view: View }) {
  const format = useFormat()
  const metres = gridMetres(map, view)
  return <>{metres >= 1000 ? `${format.number(metres / 1000)} km` : `${format.number(metres)} m`}</>
}

function gridMetres(map: Projection, view: View): number {
  return roundLength(view.across * map.metres * 0.3)
}

const Outlines = memo(function Outlines({ map, shapes }: Pick<Props, 'map' | 'shapes'>) {
  return shapes
    .toSorted((one, other) => LEVELS.indexOf(one.level) - LEVELS.indexOf(other.level))
    .map((shape) => (
      <path key={shape.code} className={styles.area} data-level={shape.level} d={outline(shape, map)} />
    ))
})

const LEVELS = ['district', 'sub_district', 'community']

function outline({ rings }: AreaShape, map: Projection): string {
  // A thousandth of a unit is a few centimetres: a street corner is looked at from near.
  const point = ([x, y]: readonly [number, number]) => `${x.toFixed(3)} ${y.toFixed(3)}`
  return rings.map((ring) => `M${ring.map((place) => point(map.at(place))).join('L')}Z`).join('')
}

function middleOf({ rings }: AreaShape, map: Projection): readonly [number, number] {
  const ring = (rings[0] ?? []).map((place) => map.at(place))
  const sum = ring.reduce(([x, y], point) => [x + point[0], y + point[1]], [0, 0])
  return [sum[0] / Math.max(1, ring.length), sum[1] / Math.max(1, ring.length)]
}
