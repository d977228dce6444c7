import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useMutation,
  useQueryClient,
  type InfiniteData,
  type QueryClient,
} from '@tanstack/react-query'

import { answer, api } from './client'
import type {
  Case,
  CasePage,
  CaseRow,
  CaseStatus,
  CurrentCase,
  DismissalReason,
  ViolationKind,
} from './nouns'
import { isRecord, Problem } from './problem'

/** What a list of cases is narrowed to; times are UTC. */
export interface CaseFilter {
  status?: CaseStatus[]
  kind?: ViolationKind[]
  camera_id?: string
  since?: string
  until?: string
  q?: string
  order?: 'newest' | 'oldest'
}

/** A step that a person takes on a case. */
export type CaseStep =
  | { action: 'confirm'; note?: string }
  | { action: 'undo'; note?: string }
  | { action: 'close'; note: string }
  | { action: 'dismiss'; reason: DismissalReason; note: string }

export const CASE_PAGE = 50

export async function fetchCases(
  filter: CaseFilter,
  cursor: string | null,
  signal?: AbortSignal,
): Promise<CasePage> {
  const query = { ...filter, limit: CASE_PAGE, ...(cursor === null ? {} : { cursor }) }
  return answer(api.GET('/api/v1/cases', { params: { query }, ...(signal ? { signal } : {}) }))
}

export function casesQuery(filter: CaseFilter) {
  return infiniteQueryOptions({
    queryKey: ['cases', filter],
    queryFn: ({ pageParam, signal }) => fetchCases(filter, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    placeholderData: keepPreviousData,
  })
}

/** Note in every list on screen what a case has become, without moving its row. */
export function patchRow(cache: QueryClient, id: string, change: Pick<CaseRow, 'status' | 'version'>): void {
  cache.setQueriesData<InfiniteData<CasePage>>({ queryKey: ['cases'] }, (lists) => {
    if (lists?.pages.some((page) => page.items.some((row) => row.id === id)) !== true) return lists
    const pages = lists.pages.map((page) => ({
      ...page,
      items: page.items.map((row) =>
        row.id === id && row.version < change.version ? { ...row, ...change } : row,
      ),
    }))
    return { ...lists, pages }
  })
}

/** How many cases wait for review, counted by the server. */
export const pendingCountQuery = queryOptions({
  queryKey: ['pending-count'],
  queryFn: async ({ signal }) => {
    const query = { status: ['pending' as const], limit: 1 }
    const page = await answer(api.GET('/api/v1/cases', { params: { query }, signal }))
    return page.total
  },
})

export function caseQuery(id: string) {
  return queryOptions({
    queryKey: ['case', id],
    queryFn: ({ signal }) =>
      whole(answer(api.GET('/api/v1/cases/{case_id}', { params: { path: { case_id: id } }, signal }))),
    staleTime: 30_000,
  })
}

/**
 * Take a step on a case.
 *
 * @param version the version that the person saw; the server refuses with 409 when it is out of date
 */
export async function takeStep(id: string, version: number, step: CaseStep): Promise<Case> {
  const params = { path: { case_id: id } }
  const body = { version, note: step.note ?? '' }
  switch (step.action) {
    case 'confirm':
      return whole(answer(api.POST('/api/v1/cases/{case_id}/confirm', { params, body })))
    case 'dismiss':
      return whole(
        answer(
          api.POST('/api/v1/cases/{case_id}/dismiss', { params, body: { ...body, reason: step.reason } }),
        ),
      )
    case 'close':
      return whole(answer(api.POST('/api/v1/cases/{case_id}/close', { params, body })))
    case 'undo':
      return whole(answer(api.POST('/api/v1/cases/{case_id}/undo', { params, body })))
  }
}

/** openapi-fetch widens the schema's tuples (the box) to arrays; here they are tuples again. */
async function whole(call: Promise<unknown>): Promise<Case> {
  return (await call) as Case
}

export function useCaseStep(id: string) {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: ({ version, step }: { version: number; step: CaseStep }) => takeStep(id, version, step),
    onSuccess(updated) {
      cache.setQueryData(caseQuery(id).queryKey, updated)
    },
    onSettled: (_data, error) =>
      Promise.all([
        cache.invalidateQueries({ queryKey: ['cases'] }),
        cache.invalidateQueries({ queryKey: pendingCountQuery.queryKey }),
        error === null ? Promise.resolve() : cache.invalidateQueries({ queryKey: caseQuery(id).queryKey }),
      ]),
  })
}

/** What the case has become meanwhile, where a step was refused because somebody else was faster. */
export function conflictOf(error: unknown): CurrentCase | null {
  if (!(error instanceof Problem) || error.status !== 409) return null
  const current = error.body.current
  return isRecord(current) ? (current as unknown as CurrentCase) : null
}
