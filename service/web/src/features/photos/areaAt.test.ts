import { expect, it } from 'vitest'

import type { AreaShape, Ring } from '@/api/areas'

import { areasAt } from './areaAt'

const square = (from: number, to: number): Ring => [
  [from, from],
  [to, from],
  [to, to],
  [from, to],
  [from, from],
]
const shape = (code: string, level: string, rings: Ring[]): AreaShape => ({ code, name: code, level, rings })

const SHAPES = [
  shape('inner', 'community', [square(2, 4)]),
  shape('street', 'sub_district', [square(1, 5)]),
  shape('holed', 'community', [square(5, 9), square(6, 8)]),
  shape('all', 'district', [square(0, 10)]),
]

it.each([
  [3, 3, ['all', 'street', 'inner']],
  [1.5, 1.5, ['all', 'street']],
  [7, 7, ['all']],
  [5.5, 7, ['all', 'holed']],
  [11, 5, []],
])('at %d, %d lie %j', (longitude, latitude, codes) => {
  expect(areasAt(SHAPES, { longitude, latitude }).map((area) => area.code)).toEqual(codes)
})
