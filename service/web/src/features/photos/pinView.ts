import type { Projection } from '@/features/map/projection'

type Point = readonly [number, number]

/** The square of a plan that is looked at, in the plan's own units; a screen that is not square shows the middle of it. */
export interface View {
  readonly middle: Point
  readonly across: number
}

/** Metres across: a street corner, where a pin is put to the metre. */
const CLOSE_METRES = 300
const LEAST_METRES = 40
const MOST_METRES = 3000

/** The surroundings of a place; the whole plan where there is none. */
export function viewOf(map: Projection, at: Point | null): View {
  return at === null
    ? { middle: [map.width / 2, map.height / 2], across: Math.max(map.width, map.height) }
    : { middle: at, across: CLOSE_METRES / map.metres }
}

/**
 * A view from nearer (factor below 1) or farther.
 *
 * @param still the point that keeps its place on the screen; the middle where left out
 */
export function zoomed(view: View, map: Projection, factor: number, still: Point = view.middle): View {
  const most = Math.max(1.2 * map.width, 1.2 * map.height, MOST_METRES / map.metres)
  const across = Math.min(most, Math.max(LEAST_METRES / map.metres, view.across * factor))
  const scale = across / view.across
  const [x, y] = still.map((value, axis) => value + ((view.middle[axis] ?? value) - value) * scale)
  return { middle: [x ?? still[0], y ?? still[1]], across }
}

/** The view after a point was dragged to another one. */
export function dragged(view: View, from: Point, to: Point): View {
  return { ...view, middle: [view.middle[0] + from[0] - to[0], view.middle[1] + from[1] - to[1]] }
}

/** The view moved so far that a point is well within it; the same view where it is already. */
export function holding(view: View, point: Point): View {
  const inner = view.across * 0.35
  const apart = [point[0] - view.middle[0], point[1] - view.middle[1]] as const
  if (apart.every((distance) => Math.abs(distance) <= inner)) return view
  const pull = (distance: number) => Math.sign(distance) * Math.max(0, Math.abs(distance) - inner)
  return { ...view, middle: [view.middle[0] + pull(apart[0]), view.middle[1] + pull(apart[1])] }
}
