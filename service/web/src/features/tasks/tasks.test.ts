import { expect, it } from 'vitest'

import type { CaseRow } from '@/api/nouns'

import { sortTasks } from './tasks'

function row(id: string, status: CaseRow['status'], due_at: string | null, occurred_at = '2026-11-25') {
  return { id, status, due_at, occurred_at } as CaseRow
}

it('groups by what is to be done and puts what is due first on top', () => {
  const tasks = sortTasks([
    row('late', 'in_progress', '2026-11-25T09:00:00Z'),
    row('early', 'in_progress', '2026-11-25T03:00:00Z'),
    row('new', 'dispatched', '2026-11-26T03:00:00Z'),
    row('second', 'rectified', null, '2026-11-24'),
    row('first', 'rectified', null, '2026-11-23'),
  ])
  expect(tasks.doing.map((one) => one.id)).toEqual(['early', 'late'])
  expect(tasks.fresh.map((one) => one.id)).toEqual(['new'])
  expect(tasks.sent.map((one) => one.id)).toEqual(['first', 'second'])
})
