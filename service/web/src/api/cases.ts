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
  CaseAction,
  CasePage,
  CaseRow,
  CaseStatus,
  CurrentCase,
  DismissalReason,
  Grade,
  Outcome,
  ReviewedBox,
  ViolationKind,
} from './nouns'
import { isRecord, Problem } from './problem'

/** What a list of cases is narrowed to; times are UTC. */
export interface CaseFilter {
  status?: CaseStatus[]
  kind?: ViolationKind[]
  camera_id?: string
  unit_id?: string
  area_id?: string
  since?: string
  until?: string
  overdue?: boolean
  escalated?: boolean
  relapse?: boolean
  q?: string
  order?: 'newest' | 'oldest'
}

/** The steps that need no more than a note. */
export type PlainAction = Exclude<CaseAction, 'dismiss' | 'merge' | 'dispatch' | 'rectify'>

/** A step that a person takes on a case. */
export type CaseStep =
  | { action: PlainAction; note?: string }
  | { action: 'dismiss'; reason: DismissalReason; note: string }
  | { action: 'merge'; into: string; note?: string }
  | { action: 'dispatch'; unit?: string | undefined; grade?: Grade | undefined; note?: string }
  | { action: 'rectify'; outcome?: Outcome | undefined; note?: string }

const REVIEW_PAGE = 50
const TABLE_PAGE = 100

export async function fetchCases(
  filter: CaseFilter,
  cursor: string | null,
  { limit = REVIEW_PAGE, signal }: { limit?: number; signal?: AbortSignal } = {},
): Promise<CasePage> {
  const query = { ...filter, limit, ...(cursor === null ? {} : { cursor }) }
  return answer(api.GET('/api/v1/cases', { params: { query }, ...(signal ? { signal } : {}) }))
}

/** Pages of cases. Events keep the rows true; asking for all pages again on each return to the window would cost much. */
export function casesQuery(filter: CaseFilter) {
  return infiniteQueryOptions({
    queryKey: ['cases', filter],
    queryFn: ({ pageParam, signal }) => fetchCases(filter, pageParam, { limit: TABLE_PAGE, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor,
    placeholderData: keepPreviousData,
    refetchOnWindowFocus: false,
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
  queryFn: ({ signal }) => countCases({ status: ['pending'] }, signal),
})

const RECOUNT_MS = 1_000
let recount: number | undefined

/** Count the waiting cases anew: once for all that changes within a second, so that fast decisions are not slowed. */
export function recountPending(cache: QueryClient): void {
  recount ??= window.setTimeout(() => {
    recount = undefined
    void cache.invalidateQueries({ queryKey: pendingCountQuery.queryKey })
  }, RECOUNT_MS)
}

/** How many cases pass a filter, counted by the server up to 10 000. */
export function caseCountQuery(filter: CaseFilter) {
  return queryOptions({
    queryKey: ['case-count', filter],
    queryFn: ({ signal }) => countCases(filter, signal),
    staleTime: 15_000,
    refetchInterval: 60_000,
  })
}

async function countCases(filter: CaseFilter, signal: AbortSignal): Promise<number> {
  const query = { ...filter, limit: 1 }
  return (await answer(api.GET('/api/v1/cases', { params: { query }, signal }))).total
}

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
  return whole(answer(request(id, { version, note: step.note ?? '' }, step)))
}

/** One call for each step, so that the API's types check each body. */
function request(id: string, body: { version: number; note: string }, step: CaseStep) {
  const params = { path: { case_id: id } }
  switch (step.action) {
    case 'dismiss':
      return api.POST('/api/v1/cases/{case_id}/dismiss', { params, body: { ...body, reason: step.reason } })
    case 'merge':
      return api.POST('/api/v1/cases/{case_id}/merge', { params, body: { ...body, into: step.into } })
    case 'dispatch': {
      const chosen = { unit_id: step.unit ?? null, grade: step.grade ?? null }
      return api.POST('/api/v1/cases/{case_id}/dispatch', { params, body: { ...body, ...chosen } })
    }
    case 'rectify': {
      const outcome = step.outcome ?? null
      return api.POST('/api/v1/cases/{case_id}/rectify', { params, body: { ...body, outcome } })
    }
    case 'confirm':
      return api.POST('/api/v1/cases/{case_id}/confirm', { params, body })
    case 'split':
      return api.POST('/api/v1/cases/{case_id}/split', { params, body })
    case 'accept':
      return api.POST('/api/v1/cases/{case_id}/accept', { params, body })
    case 'return':
      return api.POST('/api/v1/cases/{case_id}/return', { params, body })
    case 'rework':
      return api.POST('/api/v1/cases/{case_id}/rework', { params, body })
    case 'escalate':
      return api.POST('/api/v1/cases/{case_id}/escalate', { params, body })
    case 'close':
      return api.POST('/api/v1/cases/{case_id}/close', { params, body })
    case 'archive':
      return api.POST('/api/v1/cases/{case_id}/archive', { params, body })
    case 'undo':
      return api.POST('/api/v1/cases/{case_id}/undo', { params, body })
  }
}

/** Say what a case's last original really shows; an empty list: nothing. */
export async function replaceBoxes(
  id: string,
  version: number,
  boxes: readonly ReviewedBox[],
): Promise<Case> {
  const params = { path: { case_id: id } }
  const body = { version, boxes: boxes.map((box) => ({ ...box })) }
  return whole(answer(api.PUT('/api/v1/cases/{case_id}/boxes', { params, body })))
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
    onSettled(_data, error) {
      recountPending(cache)
      return Promise.all([
        cache.invalidateQueries({ queryKey: ['cases'] }),
        error === null ? Promise.resolve() : cache.invalidateQueries({ queryKey: caseQuery(id).queryKey }),
      ])
    },
  })
}

/** What the case has become meanwhile, where a step was refused because somebody else was faster. */
export function conflictOf(error: unknown): CurrentCase | null {
  if (!(error instanceof Problem) || error.status !== 409) return null
  const current = error.body.current
  return isRecord(current) ? (current as unknown as CurrentCase) : null
}

/** How cases move: every step with who may take it and what it needs. */
export const transitionsQuery = queryOptions({
  queryKey: ['case-transitions'],
  queryFn: async ({ signal }) => (await answer(api.GET('/api/v1/case-transitions', { signal }))).items,
  staleTime: Infinity,
})
