import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { answer, api } from './client'
import { systemQuery } from './system'

export const modelsQuery = queryOptions({
  queryKey: ['models'],
  queryFn: ({ signal }) => answer(api.GET('/api/v1/models', { signal })),
  retry: false,
})

/** Look with another model from now on. */
export function useChooseModel() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (name: string) => answer(api.PUT('/api/v1/models/default', { body: { name } })),
    async onSuccess(listed) {
      cache.setQueryData(modelsQuery.queryKey, listed)
      await cache.invalidateQueries({ queryKey: systemQuery.queryKey })
    },
  })
}
