import type { AreaFeature } from '@/api/areas'
import type { Place } from '@/features/map/projection'

/** The corners of an area that is one simple ring, without the last one that repeats the first; null for all others. */
export function cornersOf({ geometry }: AreaFeature): Place[] | null {
  const rings = geometry.type === 'Polygon' ? geometry.coordinates : (geometry.coordinates[0] ?? [])
  const parts = geometry.type === 'Polygon' ? 1 : geometry.coordinates.length
  const ring = rings[0]
  if (parts !== 1 || rings.length !== 1 || ring === undefined) return null
  return ring.slice(0, -1)
}

/** The same area with another outline, as the import takes it. */
export function withCorners(feature: AreaFeature, corners: readonly Place[]): AreaFeature {
  const ring = [...corners, ...corners.slice(0, 1)].map(([east, north]): [number, number] => [
    Math.round(east * 1e7) / 1e7,
    Math.round(north * 1e7) / 1e7,
  ])
  return { ...feature, geometry: { type: 'Polygon', coordinates: [ring] } }
}

/** The corners with another one between a corner and the next. */
export function withCorner(corners: readonly Place[], after: number, place: Place): Place[] {
  return [...corners.slice(0, after + 1), place, ...corners.slice(after + 1)]
}

/** The middle of each side, where a corner can be added. */
export function middlesOf(corners: readonly Place[]): Place[] {
  return corners.map(([x, y], index) => {
    const [otherX, otherY] = corners[(index + 1) % corners.length] ?? [x, y]
    return [(x + otherX) / 2, (y + otherY) / 2]
  })
}
