import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { answer, api } from './client'
import type { Unit, UnitCreate, UnitUpdate } from './nouns'
import { everyPage } from './pages'

export const unitsQuery = queryOptions({
  queryKey: ['units'],
  queryFn: ({ signal }) =>
    everyPage<Unit>((query) => answer(api.GET('/api/v1/units', { params: { query }, signal }))),
  staleTime: 60_000,
})

export function useCreateUnit() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (body: UnitCreate) => answer(api.POST('/api/v1/units', { body })),
    onSuccess: () => cache.invalidateQueries({ queryKey: unitsQuery.queryKey }),
  })
}

export function useUpdateUnit() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: ({ id, body }: { id: string; body: UnitUpdate }) =>
      answer(api.PATCH('/api/v1/units/{unit_id}', { params: { path: { unit_id: id } }, body })),
    onSuccess: () => cache.invalidateQueries({ queryKey: unitsQuery.queryKey }),
  })
}
