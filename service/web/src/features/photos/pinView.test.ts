import { expect, it } from 'vitest'

import { projectionOf } from '@/features/map/projection'

import { dragged, holding, viewOf, zoomed } from './pinView'

const map = projectionOf([
  [117.1, 39],
  [117.3, 39.2],
])
if (map === null) throw new Error('no map')

it('looks at the surroundings of a place, or at the whole plan', () => {
  const near = viewOf(map, [400, 300])
  expect(near.middle).toEqual([400, 300])
  expect(near.across * map.metres).toBeCloseTo(300)
  expect(viewOf(map, null).across).toBe(Math.max(map.width, map.height))
})

it('keeps the point under the finger while zooming', () => {
  const view = { middle: [500, 500], across: 100 } as const
  const near = zoomed(view, map, 0.5, [530, 480])
  expect(near).toEqual({ middle: [515, 490], across: 50 })
})

it('zooms from some metres to somewhat more than the district', () => {
  const view = viewOf(map, [400, 300])
  expect(zoomed(view, map, 1e-9).across * map.metres).toBeCloseTo(40)
  expect(zoomed(view, map, 1e9).across).toBeCloseTo(1.2 * Math.max(map.width, map.height))
})

it('drags the plan with the finger', () => {
  expect(dragged({ middle: [0, 0], across: 10 }, [1, 1], [3, 0])).toEqual({ middle: [-2, 1], across: 10 })
})

it('follows a pin that leaves the view, and only then', () => {
  const view = { middle: [0, 0], across: 100 } as const
  expect(holding(view, [35, -35])).toBe(view)
  expect(holding(view, [60, 0])).toEqual({ middle: [25, 0], across: 100 })
})
