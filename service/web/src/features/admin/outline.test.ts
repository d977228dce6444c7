import { describe, expect, it } from 'vitest'

import type { AreaFeature } from '@/api/areas'

import { cornersOf, middlesOf, withCorner, withCorners } from './outline'

const SQUARE: [number, number][] = [
  [117, 39],
  [118, 39],
  [118, 40],
  [117, 39],
]
const AREA: AreaFeature = {
  type: 'Feature',
  properties: { code: 'a', name: 'A', level: 'community', parent: 'b', units: { garbage: 'u' } },
  geometry: { type: 'Polygon', coordinates: [SQUARE] },
}

describe('an outline', () => {
  it('is edited as open corners and saved as a closed ring, all else as it was', () => {
    const corners = cornersOf(AREA)
    expect(corners).toHaveLength(3)
    const saved = withCorners(AREA, withCorner(corners ?? [], 0, [117.5, 38.9]))
    expect(saved.properties).toEqual(AREA.properties)
    expect(saved.geometry.coordinates[0]).toEqual([
      [117, 39],
      [117.5, 38.9],
      [118, 39],
      [118, 40],
      [117, 39],
    ])
  })

  it('with holes or several parts is left to files', () => {
    expect(cornersOf({ ...AREA, geometry: { type: 'Polygon', coordinates: [SQUARE, SQUARE] } })).toBeNull()
    expect(
      cornersOf({ ...AREA, geometry: { type: 'MultiPolygon', coordinates: [[SQUARE], [SQUARE]] } }),
    ).toBeNull()
    expect(cornersOf({ ...AREA, geometry: { type: 'MultiPolygon', coordinates: [[SQUARE]] } })).toHaveLength(
      3,
    )
  })

  it('has a middle on each side, the last one too', () => {
    expect(
      middlesOf([
        [0, 0],
        [2, 0],
        [2, 2],
      ]),
    ).toEqual([
      [1, 0],
      [2, 1],
      [1, 1],
    ])
  })
})
