import { describe, expect, it } from 'vitest'

import { projectionOf, roundLength, smallestAround, type Place } from './projection'

describe('projectionOf', () => {
  it('knows no map of nothing', () => {
    expect(projectionOf([])).toBeNull()
  })

  it('puts north up and east right, with the same scale both ways', () => {
    const map = projectionOf([
      [117.1, 39.0],
      [117.3, 39.2],
    ])
    const [west, north] = map?.at([117.1, 39.2]) ?? []
    const [east, south] = map?.at([117.3, 39.0]) ?? []
    expect(west).toBeLessThan(east ?? 0)
    expect(north).toBeLessThan(south ?? 0)
    // 0.2° of longitude at 39.1° north is 0.155° of latitude wide.
    expect(((east ?? 0) - (west ?? 0)) / ((south ?? 0) - (north ?? 0))).toBeCloseTo(0.776, 2)
  })

  it('finds the place of a point again', () => {
    const map = projectionOf([
      [117.1, 39],
      [117.3, 39.2],
    ])
    const [east, north] = map?.back(map.at([117.23, 39.05])) ?? [0, 0]
    expect(east).toBeCloseTo(117.23, 9)
    expect(north).toBeCloseTo(39.05, 9)
  })

  it('puts a single place in the middle of something', () => {
    const map = projectionOf([[117.2, 39.1]])
    expect(map?.at([117.2, 39.1])).toEqual([(map?.width ?? 0) / 2, (map?.height ?? 0) / 2])
    expect((map?.width ?? 0) * (map?.metres ?? 0)).toBeGreaterThan(300)
  })
})

it.each([
  [730, 500],
  [499, 200],
  [1000, 1000],
  [19, 10],
])('a scale bar of at most %d m shows %d m', (most, shown) => {
  expect(roundLength(most)).toBe(shown)
})

it('finds the smallest area around a place', () => {
  const square = (west: number, side: number): Place[] => [
    [west, 39],
    [west + side, 39],
    [west + side, 39 + side],
    [west, 39 + side],
  ]
  const shapes = [
    { code: 'district', rings: [square(117, 0.4)] },
    { code: 'community', rings: [square(117.1, 0.02)] },
    { code: 'elsewhere', rings: [square(117.3, 0.01)] },
  ]
  expect(smallestAround(shapes, [117.11, 39.01])?.code).toBe('community')
  expect(smallestAround(shapes, [117.2, 39.2])?.code).toBe('district')
  expect(smallestAround(shapes, [118, 39])).toBeNull()
})
