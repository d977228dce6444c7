import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'

import { answer, api } from './client'
import type { AuditEntry } from './nouns'

/** What the audit is narrowed to; times are UTC, empty texts mean all. */
export interface AuditFilter {
  subject_type?: string
  subject_id?: string
  actor?: string
  action?: string
  since?: string
  until?: string
}

export function auditQuery(filter: AuditFilter) {
  return infiniteQueryOptions({
    queryKey: ['audit', filter],
    queryFn: ({ pageParam, signal }) => {
      const query = { ...filter, limit: 100, ...(pageParam === null ? {} : { cursor: pageParam }) }
      return answer(api.GET('/api/v1/audit', { params: { query }, signal }))
    },
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    placeholderData: keepPreviousData,
  })
}

/** Where the chain was signed last. */
export const lastAnchorQuery = queryOptions({
  queryKey: ['audit-anchor'],
  queryFn: async ({ signal }) => {
    const page = await answer(api.GET('/api/v1/audit/anchors', { params: { query: { limit: 1 } }, signal }))
    return page.items[0] ?? null
  },
})

/**
 * Compare each row with the one below it, newest first: its hash must be the one that the row says was before it.
 *
 * @returns the number of the first row that does not follow from the one before; null where all do
 */
export function firstBreak(rows: readonly AuditEntry[]): number | null {
  for (const [index, row] of rows.entries()) {
    const before = rows[index + 1]
    if (before === undefined) continue
    if (before.sequence !== row.sequence - 1 || before.hash !== row.previous_hash) return row.sequence
  }
  return null
}
