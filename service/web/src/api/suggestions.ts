import { queryOptions } from '@tanstack/react-query'

import { answer, api } from './client'

/** Cases that one may be merged into: of the same kind, close by in place and time, the likeliest first. */
export function suggestionsQuery(id: string) {
  return queryOptions({
    queryKey: ['suggestions', id],
    queryFn: async ({ signal }) => {
      const params = { path: { case_id: id } }
      return (await answer(api.GET('/api/v1/cases/{case_id}/suggestions', { params, signal }))).items
    },
    staleTime: 15_000,
  })
}
