import { queryOptions } from '@tanstack/react-query'

import { answer, api, deleteInPassing } from './client'

/** Who else has a case on screen. Asking says that we look at it; it is asked again before the server forgets us. */
export function viewersQuery(id: string) {
  return queryOptions({
    queryKey: ['viewers', id],
    queryFn: ({ signal }) => {
      const params = { path: { case_id: id } }
      return answer(api.PUT('/api/v1/cases/{case_id}/viewers/me', { params, signal }))
    },
    staleTime: 0,
    refetchInterval: ({ state }) => 1000 * (state.data?.renew_seconds ?? 20),
  })
}

/** Say that we no longer look at a case; where that does not arrive, the server forgets us by itself. */
export function lookAway(id: string): void {
  deleteInPassing(`/api/v1/cases/${id}/viewers/me`)
}
