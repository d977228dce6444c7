import { describe, expect, it } from 'vitest'

import type { CaseRow, CurrentCase } from '@/api/nouns'

import {
  EMPTY_QUEUE,
  reduceQueue,
  UNDO_MS,
  undoable,
  upNext,
  type QueueAction,
  type ReviewQueue,
} from './reviewQueue'

function row(id: string): CaseRow {
  return {
    id,
    number: `JJ-20261124-${id}`,
    status: 'pending',
    kind: 'garbage',
    camera_id: 'gate-1',
    camera_name: '北门路口',
    zone: null,
    photo_id: null,
    confidence: 0.8,
    suspected: false,
    count: 1,
    occurred_at: '2026-11-24T01:00:00Z',
    created_at: '2026-11-24T01:00:05Z',
    longitude: null,
    latitude: null,
    thumbnail_url: null,
    version: 1,
    area_id: null,
    unit_id: null,
    grade: 'ordinary',
    due_at: null,
    overdue: false,
    escalated_at: null,
    returns: 0,
    reworks: 0,
    relapse_of_id: null,
    merged_into_id: null,
  }
}

const SETTLED: CurrentCase = { status: 'filed', version: 2, decision: null, allowed_actions: [] }

function play(...actions: QueueAction[]): ReviewQueue {
  const start = reduceQueue(EMPTY_QUEUE, { type: 'loaded', rows: ['a', 'b', 'c'].map(row) })
  return actions.reduce(reduceQueue, start)
}

function order(queue: ReviewQueue): string {
  return queue.entries.map((entry, at) => (at === queue.index ? `[${entry.row.id}]` : entry.row.id)).join(' ')
}

const next: QueueAction = { type: 'moved', by: 1 }
const previous: QueueAction = { type: 'moved', by: -1 }
const confirm = (id: string, at = 0): QueueAction => ({ type: 'decided', id, action: 'confirm', at })
const settled = (id: string): QueueAction => ({ type: 'settledElsewhere', id, current: SETTLED })

describe('reduceQueue', () => {
  it.each<[string, QueueAction[], string]>([
    ['starts at the first', [], '[a] b c'],
    ['goes on and back', [next, next, previous], 'a [b] c'],
    ['stays inside', [previous, previous], '[a] b c'],
    ['stops at the last', [next, next, next, next], 'a b [c]'],
    ['shows the next one after a decision', [confirm('a')], '[b] c'],
    ['keeps its place after a decision in the middle', [next, confirm('b')], 'a [c]'],
    ['goes round after a decision on the last', [next, next, confirm('c')], '[a] b'],
    ['ends empty', [confirm('a'), confirm('b'), confirm('c')], ''],
    [
      'adds arrivals at the end and leaves the screen alone',
      [next, { type: 'arrived', row: row('d') }],
      'a [b] c d',
    ],
    ['adds no case twice', [{ type: 'arrived', row: row('b') }], '[a] b c'],
    [
      'does not bring back a decided case from an old page',
      [confirm('a'), { type: 'loaded', rows: [row('a')] }],
      '[b] c',
    ],
    [
      'shows an arrival on an empty screen',
      [confirm('a'), confirm('b'), confirm('c'), { type: 'arrived', row: row('d') }],
      '[d]',
    ],
    ['undo brings the case back on screen', [confirm('a'), { type: 'undone', id: 'a' }], '[a] b c'],
    [
      'undo works on an empty screen',
      [confirm('a'), confirm('b'), confirm('c'), { type: 'undone', id: 'c' }],
      '[c]',
    ],
    [
      'an undelivered decision comes back behind the screen',
      [confirm('a'), { type: 'returned', row: row('a'), mark: { why: 'undelivered' } }],
      '[b] a c',
    ],
    ['a case settled elsewhere goes quietly', [settled('b')], '[a] c'],
    ['a case settled elsewhere stays while on screen', [settled('a')], '[a] b c'],
    ['and goes when left', [settled('a'), next], '[b] c'],
    [
      'a refused undo takes the case away again',
      [
        confirm('a'),
        { type: 'undone', id: 'a' },
        { type: 'kept', decided: { row: row('a'), action: 'confirm', at: 0 } },
      ],
      '[b] c',
    ],
  ])('%s', (_name, actions, expected) => {
    expect(order(play(...actions))).toBe(expected)
  })

  it('counts what was settled, less what was undone or came back', () => {
    const queue = play(confirm('a'), confirm('b'), { type: 'undone', id: 'b' }, confirm('b'), {
      type: 'returned',
      row: row('a'),
      mark: { why: 'undelivered' },
    })
    expect(queue.settled).toBe(1)
  })

  it('loses and doubles nothing over any run of decisions and returns', () => {
    let queue = play()
    for (const id of ['a', 'b', 'c']) queue = reduceQueue(queue, confirm(id))
    for (const id of ['c', 'a', 'b']) {
      queue = reduceQueue(queue, { type: 'returned', row: row(id), mark: { why: 'undelivered' } })
    }
    expect(queue.entries.map((entry) => entry.row.id).sort()).toEqual(['a', 'b', 'c'])
    expect(queue.decided).toEqual([])
    expect(queue.settled).toBe(0)
  })
})

describe('undoable', () => {
  it.each([
    [UNDO_MS - 1, 'b'],
    [UNDO_MS, undefined],
  ])('after %d ms gives %s', (now, id) => {
    expect(undoable(play(confirm('a'), confirm('b')), now)?.row.id).toBe(id)
  })
})

it('upNext goes round', () => {
  expect(upNext(play(next), 3).map((entry) => entry.row.id)).toEqual(['c', 'a'])
})
