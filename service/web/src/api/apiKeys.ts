import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { answer, api } from './client'
import type { ApiKey, ApiKeyCreate } from './nouns'

async function fetchApiKeys(signal: AbortSignal): Promise<ApiKey[]> {
  const keys: ApiKey[] = []
  let cursor: string | null = null
  do {
    const query: { limit: number; cursor?: string } =
      cursor === null ? { limit: 200 } : { limit: 200, cursor }
    const page = await answer(api.GET('/api/v1/api-keys', { params: { query }, signal }))
    keys.push(...page.items)
    cursor = page.next_cursor
  } while (cursor !== null)
  return keys
}

export const apiKeysQuery = queryOptions({
  queryKey: ['api-keys'],
  queryFn: ({ signal }) => fetchApiKeys(signal),
})

export function useCreateApiKey() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (body: ApiKeyCreate) => answer(api.POST('/api/v1/api-keys', { body })),
    onSuccess: () => cache.invalidateQueries({ queryKey: apiKeysQuery.queryKey }),
  })
}

export function useRevokeApiKey() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (id: string) =>
      answer(api.DELETE('/api/v1/api-keys/{key_id}', { params: { path: { key_id: id } } })),
    onSuccess: () => cache.invalidateQueries({ queryKey: apiKeysQuery.queryKey }),
  })
}
