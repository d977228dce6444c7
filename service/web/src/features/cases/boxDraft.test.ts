import { describe, expect, it } from 'vitest'

import type { Case } from '@/api/nouns'

import { beginBoxes, boxBetween, movedBox, reduceBoxes, type BoxEdit } from './boxDraft'

const FRAME = { width: 640, height: 360 }
const CASE = { kind: 'jaywalking', boxes: null, violation: { box: [10, 20, 30, 60] } } as unknown as Case

const play = (...edits: BoxEdit[]) => edits.reduce(reduceBoxes, beginBoxes(CASE))
const ADD: BoxEdit = { type: 'add', class: 'garbage', box: [100, 100, 140, 150] }

describe('reduceBoxes', () => {
  it('begins with the offence, or with what was drawn before', () => {
    expect(beginBoxes(CASE).boxes).toEqual([{ class: 'person', box: [10, 20, 30, 60] }])
    expect(beginBoxes({ ...CASE, boxes: [] }).boxes).toEqual([])
  })

  it.each<[string, BoxEdit[], number, number | null]>([
    ['adds and selects', [ADD], 2, 1],
    ['classifies the selected', [ADD, { type: 'classify', class: 'cigarette_butt' }], 2, 1],
    ['removes the selected only', [ADD, { type: 'remove' }, { type: 'remove' }], 1, null],
    ['undoes', [ADD, { type: 'undo' }], 1, null],
    ['undoes no further than the beginning', [{ type: 'undo' }], 1, null],
  ])('%s', (_name, edits, count, selected) => {
    const draft = play(...edits)
    expect([draft.boxes.length, draft.selected]).toEqual([count, selected])
  })

  it('keeps the class when a box is reshaped, and gives it back by undo', () => {
    const reshaped = play({ type: 'reshape', index: 0, box: [1, 2, 3, 4] })
    expect(reshaped.boxes[0]).toEqual({ class: 'person', box: [1, 2, 3, 4] })
    expect(reduceBoxes(reshaped, { type: 'undo' }).boxes).toEqual(beginBoxes(CASE).boxes)
  })
})

it.each([
  [
    [50, 80],
    [20, 30],
    [20, 30, 50, 80],
  ],
  [
    [-20, -5],
    [900, 700],
    [0, 0, 640, 360],
  ],
  [[50, 50], [51, 90], null],
] as const)('a box between %o and %o is %o', (one, other, box) => {
  expect(boxBetween(one, other, FRAME, 3)).toEqual(box)
})

it.each([
  [5, -5, [15, 15, 35, 55]],
  [-100, 0, [0, 20, 20, 60]],
  [9999, 9999, [620, 320, 640, 360]],
])('moved by %d, %d it is at %o', (dx, dy, box) => {
  expect(movedBox([10, 20, 30, 60], dx, dy, FRAME)).toEqual(box)
})
