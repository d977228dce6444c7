/** Longitude and latitude in degrees. */
export type Place = readonly [number, number]

export interface Projection {
  /** Degrees to the map's own units: x to the east, y to the south. */
  at: (place: Place) => [number, number]
  /** The map's own units to degrees. */
  back: (point: readonly [number, number]) => Place
  width: number
  height: number
  /** Metres that one unit of the map stands for. */
  metres: number
}

export type Bounds = [west: number, south: number, east: number, north: number]

const LONGER_SIDE = 1000
const METRES_PER_DEGREE = 111_320
/** A map of one place still shows something around it. */
const LEAST_DEGREES = 0.004
const MARGIN = 0.06

/** What places span, degrees. */
export function boundsOf(places: readonly Place[]): Bounds {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const [longitude, latitude] of places) {
    west = Math.min(west, longitude)
    east = Math.max(east, longitude)
    south = Math.min(south, latitude)
    north = Math.max(north, latitude)
  }
  return [west, south, east, north]
}

/**
 * A plan of the places: a plane that touches the earth in their middle. In a district (30 km across) it is off by less than
 * a thousandth. Null where there is no place at all.
 */
export function projectionOf(places: readonly Place[]): Projection | null {
  if (places.length === 0) return null
  const [west, south, east, north] = boundsOf(places)
  const shrink = Math.cos((((south + north) / 2) * Math.PI) / 180)
  const across = Math.max((east - west) * shrink, LEAST_DEGREES)
  const down = Math.max(north - south, LEAST_DEGREES)
  const scale = (LONGER_SIDE * (1 - 2 * MARGIN)) / Math.max(across, down)
  const [width, height] = [across * scale, down * scale].map((side) => side + 2 * MARGIN * LONGER_SIDE)
  const [middleX, middleY] = [(west + east) / 2, (south + north) / 2]
  const size = { width: width ?? LONGER_SIDE, height: height ?? LONGER_SIDE }
  return {
    ...size,
    metres: METRES_PER_DEGREE / scale,
    at: ([longitude, latitude]) => [
      size.width / 2 + (longitude - middleX) * shrink * scale,
      size.height / 2 - (latitude - middleY) * scale,
    ],
    back: ([x, y]) => [
      middleX + (x - size.width / 2) / shrink / scale,
      middleY - (y - size.height / 2) / scale,
    ],
  }
}

/** The smallest of some areas within whose bounds a place lies; none where it lies in no area. */
export function smallestAround<Shape extends { readonly rings: readonly (readonly Place[])[] }>(
  shapes: readonly Shape[],
  [longitude, latitude]: Place,
): Shape | null {
  const sized = shapes.flatMap((shape) => {
    const [west, south, east, north] = boundsOf(shape.rings.flat())
    const holds = west <= longitude && longitude <= east && south <= latitude && latitude <= north
    return holds ? [{ shape, size: (east - west) * (north - south) }] : []
  })
  return sized.toSorted((one, other) => one.size - other.size)[0]?.shape ?? null
}

/** A round length for a map's scale bar: at most so many metres. */
export function roundLength(most: number): number {
  const power = 10 ** Math.floor(Math.log10(most))
  return ([5, 2, 1].find((step) => step * power <= most) ?? 1) * power
}
