import type { AreaShape, Ring } from '@/api/areas'
import type { Position } from '@/api/photoUpload'

const INWARDS = ['district', 'sub_district', 'community']

/** The areas that hold a place, from the district to the community. */
export function areasAt(shapes: readonly AreaShape[], place: Position): AreaShape[] {
  return shapes
    .filter((shape) => holds(shape.rings, place))
    .sort((one, other) => INWARDS.indexOf(one.level) - INWARDS.indexOf(other.level))
}

/** Even-odd rule over all rings: a place in a hole is crossed twice. */
function holds(rings: readonly Ring[], { longitude, latitude }: Position): boolean {
  let isInside = false
  for (const ring of rings) {
    for (const [index, [x, y]] of ring.entries()) {
      const [otherX, otherY] = ring[(index + 1) % ring.length] ?? [x, y]
      const crosses = y > latitude !== otherY > latitude
      if (crosses && longitude < ((otherX - x) * (latitude - y)) / (otherY - y) + x) isInside = !isInside
    }
  }
  return isInside
}
