import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { answer, api } from './client'

export type RetentionRuleCode = 'dismissed' | 'originals' | 'settled' | 'loose_photos'

export const retentionRulesQuery = queryOptions({
  queryKey: ['retention', 'rules'],
  queryFn: async ({ signal }) => (await answer(api.GET('/api/v1/retention/rules', { signal }))).items,
})

/** What would be deleted now; nothing is. */
export const retentionPlanQuery = queryOptions({
  queryKey: ['retention', 'plan'],
  queryFn: async ({ signal }) => (await answer(api.GET('/api/v1/retention/plan', { signal }))).items,
})

export const holdsQuery = infiniteQueryOptions({
  queryKey: ['retention', 'holds'],
  queryFn: ({ pageParam, signal }) => {
    const query = { limit: 50, ...(pageParam === null ? {} : { cursor: pageParam }) }
    return answer(api.GET('/api/v1/retention/holds', { params: { query }, signal }))
  },
  initialPageParam: null as string | null,
  getNextPageParam: (last) => last.next_cursor,
})

export const deletionsQuery = infiniteQueryOptions({
  queryKey: ['retention', 'deletions'],
  queryFn: ({ pageParam, signal }) => {
    const query = { limit: 50, ...(pageParam === null ? {} : { cursor: pageParam }) }
    return answer(api.GET('/api/v1/retention/deletions', { params: { query }, signal }))
  },
  initialPageParam: null as string | null,
  getNextPageParam: (last) => last.next_cursor,
})

function useRefresh() {
  const cache = useQueryClient()
  return () => cache.invalidateQueries({ queryKey: ['retention'] })
}

export function useReplaceRule() {
  const refresh = useRefresh()
  return useMutation({
    mutationFn: ({ rule, days }: { rule: RetentionRuleCode; days: number | null }) =>
      answer(api.PUT('/api/v1/retention/rules/{rule}', { params: { path: { rule } }, body: { days } })),
    onSuccess: refresh,
  })
}

/** Keep the files of a case, named by its number, whatever the rules say. */
export function usePlaceHold() {
  const refresh = useRefresh()
  return useMutation({
    mutationFn: async ({ number, reason }: { number: string; reason: string }) => {
      const found = await answer(api.GET('/api/v1/cases', { params: { query: { q: number, limit: 2 } } }))
      const row = found.items.find((item) => item.number === number)
      if (row === undefined) return null
      return answer(api.POST('/api/v1/retention/holds', { body: { case_id: row.id, reason } }))
    },
    onSuccess: refresh,
  })
}

export function useReleaseHold() {
  const refresh = useRefresh()
  return useMutation({
    mutationFn: (id: string) =>
      answer(api.DELETE('/api/v1/retention/holds/{hold_id}', { params: { path: { hold_id: id } } })),
    onSuccess: refresh,
  })
}
