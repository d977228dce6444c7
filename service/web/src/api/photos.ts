import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'

import { answer, api } from './client'

export const myPhotosQuery = infiniteQueryOptions({
  queryKey: ['photos', 'mine'],
  queryFn: ({ pageParam, signal }) => {
    const query = { mine: true, limit: 24, ...(pageParam === null ? {} : { cursor: pageParam }) }
    return answer(api.GET('/api/v1/photos', { params: { query }, signal }))
  },
  initialPageParam: null as string | null,
  getNextPageParam: (last) => last.next_cursor,
})

export function photoQuery(id: string) {
  return queryOptions({
    queryKey: ['photo', id],
    queryFn: ({ signal }) =>
      answer(api.GET('/api/v1/photos/{photo_id}', { params: { path: { photo_id: id } }, signal })),
  })
}

export function photoImageUrl(id: string): string {
  return `/api/v1/photos/${encodeURIComponent(id)}/image`
}
