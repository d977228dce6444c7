import { expect, it } from 'vitest'

import { NOTHING, stepped, stillThere, toggled } from './batchSelection'

const IDS = ['a', 'b', 'c', 'd']

it.each([
  ['one', [[1, false]], ['b']],
  [
    'one and leaves it',
    [
      [1, false],
      [1, false],
    ],
    [],
  ],
  [
    'a range',
    [
      [1, false],
      [3, true],
    ],
    ['b', 'c', 'd'],
  ],
  [
    'a range backwards',
    [
      [2, false],
      [0, true],
    ],
    ['a', 'b', 'c'],
  ],
  ['nothing beyond the end', [[9, false]], []],
] as const)('chooses %s', (_name, presses, chosen) => {
  const selection = presses.reduce((now, [index, through]) => toggled(now, IDS, index, through), NOTHING)
  expect(stillThere(selection, IDS)).toEqual(chosen)
})

it('forgets what left the queue', () => {
  const both = toggled(toggled(NOTHING, IDS, 0, false), IDS, 2, false)
  expect(stillThere(both, ['c', 'd'])).toEqual(['c'])
})

it.each([
  [0, -1, 0],
  [0, 2, 2],
  [3, 5, 3],
])('from %d by %d the keyboard stands at %d', (from, by, at) => {
  expect(stepped({ ...NOTHING, at: from }, IDS.length, by).at).toBe(at)
})
