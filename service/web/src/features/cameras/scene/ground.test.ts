import { describe, expect, it } from 'vitest'

import type { Point } from '@/api/nouns'

import { applied, asRectangle, groundGrid, homographyOf, rectangleMetres } from './ground'

// A road that runs away from the camera: the far side is shorter.
const IMAGE: Point[] = [
  [0.2, 0.9],
  [0.8, 0.9],
  [0.6, 0.4],
  [0.4, 0.4],
]
const METRES = rectangleMetres(4, 10)

describe('homographyOf', () => {
  it('brings each corner to its own', () => {
    const mapping = homographyOf(IMAGE, METRES)
    expect(mapping).not.toBeNull()
    for (const [index, corner] of IMAGE.entries()) {
      const [x, y] = applied(mapping ?? [], corner)
      expect(x).toBeCloseTo(METRES[index]?.[0] ?? Number.NaN, 9)
      expect(y).toBeCloseTo(METRES[index]?.[1] ?? Number.NaN, 9)
    }
  })

  it('puts the middle of the ground in the middle of the road, nearer to its far end', () => {
    const [x, y] = applied(homographyOf(METRES, IMAGE) ?? [], [2, 5])
    expect(x).toBeCloseTo(0.5, 9)
    // By the cross ratio: diagonals of the picture meet at 0.4 + 0.5 / 4 from the far end.
    expect(y).toBeCloseTo(0.525, 9)
  })

  it.each([
    ['three points', IMAGE.slice(0, 3)],
    [
      'points on a line',
      [
        [0, 0],
        [0.1, 0.1],
        [0.2, 0.2],
        [0.3, 0.3],
      ] as Point[],
    ],
  ])('has no answer for %s', (_name, points) => {
    expect(homographyOf(points, METRES)).toBeNull()
  })
})

describe('groundGrid', () => {
  it('draws a line each metre, both ways, ends included', () => {
    const grid = groundGrid({ image: IMAGE, metres: METRES })
    expect(grid?.step).toBe(1)
    expect(grid?.lines).toHaveLength(5 + 11)
  })

  it('takes larger squares for a larger ground', () => {
    expect(groundGrid({ image: IMAGE, metres: rectangleMetres(60, 20) })?.step).toBe(5)
  })

  it('draws nothing on a ground without size', () => {
    expect(groundGrid({ image: IMAGE, metres: rectangleMetres(0, 0) })).toBeNull()
  })
})

it('knows a rectangle again', () => {
  expect(asRectangle(METRES)).toEqual({ width: 4, length: 10 })
  expect(asRectangle(METRES.with(1, [4, 1]))).toBeNull()
})
