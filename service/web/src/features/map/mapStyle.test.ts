import { validateStyleMin } from '@maplibre/maplibre-gl-style-spec'
import { describe, expect, it } from 'vitest'

import type { AreaFeature } from '@/api/areas'

import { mapBounds, mapStyle, middleOf, type MapContent } from './mapStyle'

const NOTHING: MapContent = { heat: [], spots: [], cameras: [] }
const FULL: MapContent = {
  heat: [
    { place: [117.2, 39.13], count: 9 },
    { place: [117.3, 39.1], count: 1 },
  ],
  spots: [{ id: 'one', place: [117.2, 39.13], label: '9 件', count: 9, metres: 30 }],
  cameras: [{ id: 'gate-1', name: '北门', place: [117.21, 39.14], sees: false }],
}

function area(level: string, ...polygons: [number, number][][][]): AreaFeature {
  const [coordinates = []] = polygons
  const geometry: AreaFeature['geometry'] =
    polygons.length === 1 ? { type: 'Polygon', coordinates } : { type: 'MultiPolygon', coordinates: polygons }
  return { type: 'Feature', properties: { code: level, name: level, level }, geometry }
}

function square(west: number, south: number, side: number): [number, number][] {
  return [
    [west, south],
    [west + side, south],
    [west + side, south + side],
    [west, south + side],
    [west, south],
  ]
}

const AREAS = [area('district', [square(117, 39, 0.3)]), area('community', [square(117.1, 39.1, 0.1)])]

describe.each(['light', 'dark'] as const)('the %s style', (theme) => {
  const style = mapStyle(AREAS, FULL, theme, { chosen: 'one', scale: 1.5 })

  it('is one that MapLibre takes', () => {
    expect(validateStyleMin(style)).toEqual([])
  })

  it('asks nothing of anybody outside', () => {
    expect(JSON.stringify(style)).not.toMatch(/https?:|"(glyphs|sprite|url|tiles)"/)
  })
})

it('weighs squares by the fullest one', () => {
  const { heat } = mapStyle(AREAS, FULL, 'light').sources
  expect(heat).toMatchObject({
    data: { features: [{ properties: { weight: 1 } }, { properties: { weight: 1 / 3 } }] },
  })
})

describe('mapBounds', () => {
  it('spans the areas', () => {
    const [west, south, east, north] = mapBounds(AREAS, FULL) ?? []
    expect([west, south]).toEqual([117, 39])
    expect(east).toBeCloseTo(117.3)
    expect(north).toBeCloseTo(39.3)
  })

  it('spans what is shown where there are no areas', () => {
    expect(mapBounds([], FULL)).toEqual([117.2, 39.1, 117.3, 39.14])
    expect(mapBounds([], NOTHING)).toBeNull()
  })
})

describe('middleOf', () => {
  it('is the middle of the surface, not of the corners', () => {
    // Many corners on the west side would draw the mean of the corners to it.
    const [longitude, latitude] = middleOf(
      area('community', [
        [...square(117, 39, 0.2).slice(0, 4), [117, 39.15], [117, 39.1], [117, 39.05], [117, 39]],
      ]),
    )
    expect(longitude).toBeCloseTo(117.1, 6)
    expect(latitude).toBeCloseTo(39.1, 6)
  })

  it('is that of the largest part', () => {
    const [longitude, latitude] = middleOf(
      area('community', [square(117, 39, 0.1)], [square(118, 40, 0.2)], [square(119, 41, 0.1)]),
    )
    expect(longitude).toBeCloseTo(118.1, 6)
    expect(latitude).toBeCloseTo(40.1, 6)
  })
})
