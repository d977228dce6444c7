import { queryOptions } from '@tanstack/react-query'

import { answer, api } from './client'
import { everyPage } from './pages'

const STALE_MS = 5 * 60_000

/** Filed and closed cases day by day; times are UTC. */
export function trendQuery(since: string, until: string) {
  return queryOptions({
    queryKey: ['figures', 'trend', since, until],
    queryFn: async ({ signal }) => {
      const query = { since, until, bucket: 'day' as const }
      return (await answer(api.GET('/api/v1/figures/trend', { params: { query }, signal }))).items
    },
    staleTime: STALE_MS,
  })
}

/** Squares of a thousandth of a degree with the cases in each. */
export function heatMapQuery(since: string, until: string) {
  return queryOptions({
    queryKey: ['figures', 'heat', since, until],
    queryFn: ({ signal }) =>
      everyPage((page) => {
        const query = { ...page, since, until }
        return answer(api.GET('/api/v1/figures/heat-map', { params: { query }, signal }))
      }),
    staleTime: STALE_MS,
  })
}

/** The confirmed cases of each kind, and what became of them. */
export function kindScoresQuery(since: string, until: string) {
  return queryOptions({
    queryKey: ['figures', 'kinds', since, until],
    queryFn: async ({ signal }) => {
      const query = { since, until }
      return (await answer(api.GET('/api/v1/figures/kinds', { params: { query }, signal }))).items
    },
    staleTime: STALE_MS,
  })
}

/** How much of a period each camera that is on could see, the one that saw least first. */
export function cameraSightsQuery(since: string, until: string) {
  return queryOptions({
    queryKey: ['figures', 'cameras', since, until],
    queryFn: async ({ signal }) => {
      const query = { since, until }
      return (await answer(api.GET('/api/v1/figures/cameras', { params: { query }, signal }))).items
    },
    staleTime: STALE_MS,
    refetchInterval: STALE_MS,
  })
}

/**
 * All units over a week.
 *
 * @param week as in ISO 8601, for example `2026-W48`
 */
export function rankingQuery(week: string) {
  return queryOptions({
    queryKey: ['figures', 'ranking', week],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/figures/ranking', { params: { query: { week } }, signal })),
    staleTime: STALE_MS,
  })
}
