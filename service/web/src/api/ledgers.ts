import { queryOptions } from '@tanstack/react-query'

import { answer, api } from './client'

/** The six lists that a campaign's archives are made of. */
export const ledgersQuery = queryOptions({
  queryKey: ['ledgers'],
  queryFn: async ({ signal }) => (await answer(api.GET('/api/v1/ledgers', { signal }))).items,
  staleTime: Infinity,
})
