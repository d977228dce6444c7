import type { CaseRow } from '@/api/nouns'

/** A unit's open cases, in the order in which they should be dealt with. */
export interface Tasks {
  readonly fresh: readonly CaseRow[]
  readonly doing: readonly CaseRow[]
  readonly sent: readonly CaseRow[]
}

/** Sort open cases by what is to be done; in each group what is due first comes first, then what came first. */
export function sortTasks(rows: readonly CaseRow[]): Tasks {
  const due = (row: CaseRow) => row.due_at ?? '9999'
  const sorted = rows.toSorted(
    (one, other) => due(one).localeCompare(due(other)) || one.occurred_at.localeCompare(other.occurred_at),
  )
  const standing = (status: CaseRow['status']) => sorted.filter((row) => row.status === status)
  return { fresh: standing('dispatched'), doing: standing('in_progress'), sent: standing('rectified') }
}
