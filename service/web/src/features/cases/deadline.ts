import type { Case, CaseRow } from '@/api/nouns'

/** How a unit's time stands: running out, run out, stood still, or none was given. */
export type Deadline =
  | { state: 'running' | 'soon' | 'over'; seconds: number; dueAt: string }
  | { state: 'stopped'; seconds: number }
  | { state: 'late' }

const SOON_SECONDS = 4 * 3600

/**
 * The deadline of a case at a time.
 *
 * @param now milliseconds since the epoch
 */
export function deadlineOf(row: CaseRow, now: number, detail?: Case): Deadline | null {
  if (row.due_at !== null && (row.status === 'dispatched' || row.status === 'in_progress')) {
    const seconds = (Date.parse(row.due_at) - now) / 1000
    const state = seconds < 0 ? 'over' : seconds < SOON_SECONDS ? 'soon' : 'running'
    return { state, seconds: Math.abs(seconds), dueAt: row.due_at }
  }
  if (row.overdue) return { state: 'late' }
  const left = detail?.remaining_seconds ?? null
  return left === null || row.status === 'closed' || row.status === 'archived'
    ? null
    : { state: 'stopped', seconds: left }
}
