import { queryOptions } from '@tanstack/react-query'

import { answer, api } from './client'

export const systemQuery = queryOptions({
  queryKey: ['system'],
  queryFn: ({ signal }) => answer(api.GET('/api/v1/system', { signal })),
  refetchInterval: 20_000,
})
