import { describe, expect, it } from 'vitest'

import type { Point } from '@/api/nouns'

import { crossesItself, inside, middles, moved } from './polygon'

const SQUARE: Point[] = [
  [0.2, 0.2],
  [0.6, 0.2],
  [0.6, 0.6],
  [0.2, 0.6],
]

describe('crossesItself', () => {
  it.each<[string, Point[], boolean]>([
    ['a square', SQUARE, false],
    ['a triangle', SQUARE.slice(0, 3), false],
    [
      'a bow tie',
      [
        [0, 0],
        [1, 1],
        [1, 0],
        [0, 1],
      ],
      true,
    ],
    [
      'a dart that is bent in',
      [
        [0, 0],
        [0.5, 0.3],
        [1, 0],
        [0.5, 1],
      ],
      false,
    ],
    [
      'a corner that lies on another side',
      [
        [0, 0],
        [1, 0],
        [1, 1],
        [0.5, 0],
        [0, 1],
      ],
      true,
    ],
    [
      'a spiral',
      [
        [0, 0],
        [1, 0],
        [1, 1],
        [0.2, 1],
        [0.2, 0.5],
        [0.8, 0.5],
        [0.8, 0.2],
        [0, 0.2],
      ],
      false,
    ],
  ])('%s', (_name, points, crosses) => {
    expect(crossesItself(points)).toBe(crosses)
  })
})

describe('moved', () => {
  it.each<[number, number, Point]>([
    [0.1, 0.1, [0.3, 0.3]],
    [0.9, 0, [0.6, 0.2]],
    [-0.9, -0.9, [0, 0]],
  ])('by %d, %d stays whole and inside', (dx, dy, first) => {
    const points = moved(SQUARE, dx, dy)
    expect(points[0]).toEqual(first)
    expect((points[2]?.[0] ?? 0) - (points[0]?.[0] ?? 0)).toBeCloseTo(0.4)
  })
})

it('inside keeps points in the picture', () => {
  expect(inside([-0.2, 1.00001])).toEqual([0, 1])
  expect(inside([0.123456, 0.5])).toEqual([0.1235, 0.5])
})

it.each([
  [true, 4],
  [false, 3],
])('middles of an outline that is closed: %s', (closed, count) => {
  expect(middles(SQUARE, closed)).toHaveLength(count)
})
