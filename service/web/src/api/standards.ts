import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { answer, api } from './client'
import type { Standard } from './nouns'

export const standardsQuery = queryOptions({
  queryKey: ['standards'],
  queryFn: async ({ signal }) => (await answer(api.GET('/api/v1/standards', { signal }))).items,
  staleTime: 60_000,
})

export const calendarsQuery = queryOptions({
  queryKey: ['calendars'],
  queryFn: async ({ signal }) => (await answer(api.GET('/api/v1/calendars', { signal }))).items,
  staleTime: 60_000,
})

export function useReplaceStandard() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: ({ kind, filing, closing, limits }: Standard) =>
      answer(
        api.PUT('/api/v1/standards/{kind}', {
          params: { path: { kind } },
          body: { filing, closing, limits },
        }),
      ),
    onSuccess: () => cache.invalidateQueries({ queryKey: standardsQuery.queryKey }),
  })
}
