import { queryOptions } from '@tanstack/react-query'

import { answer, api } from './client'

/**
 * Places where cases crowded over a period.
 *
 * @param since UTC, as `until`
 */
export function hotSpotsQuery(since: string, until: string) {
  return queryOptions({
    queryKey: ['hot-spots', since, until],
    queryFn: async ({ signal }) =>
      (await answer(api.GET('/api/v1/hot-spots', { params: { query: { since, until } }, signal }))).items,
    staleTime: 5 * 60_000,
  })
}
