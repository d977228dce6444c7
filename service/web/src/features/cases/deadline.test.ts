import { expect, it } from 'vitest'

import type { Case, CaseRow } from '@/api/nouns'

import { deadlineOf } from './deadline'

const NOW = Date.parse('2026-11-25T04:00:00Z')

function row(change: Partial<CaseRow>): CaseRow {
  return { status: 'in_progress', due_at: null, overdue: false, ...change } as CaseRow
}

it.each([
  ['2026-11-25T10:00:00Z', 'running', 6 * 3600],
  ['2026-11-25T05:00:00Z', 'soon', 3600],
  ['2026-11-25T03:30:00Z', 'over', 1800],
])('due %s is %s', (due_at, state, seconds) => {
  expect(deadlineOf(row({ due_at }), NOW)).toEqual({ state, seconds, dueAt: due_at })
})

it.each([
  [row({}), null],
  [row({ status: 'pending' }), null],
  [row({ status: 'rectified', overdue: true, due_at: '2026-11-25T03:00:00Z' }), { state: 'late' }],
])('%o has the deadline %o', (found, deadline) => {
  expect(deadlineOf(found, NOW)).toEqual(deadline)
})

it('says what was left when the clock stopped', () => {
  const stopped = row({ status: 'rectified' })
  expect(deadlineOf(stopped, NOW, { remaining_seconds: 90 } as Case)).toEqual({
    state: 'stopped',
    seconds: 90,
  })
})
