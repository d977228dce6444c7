import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { answer, api } from './client'
import type { User, UserCreate, UserUpdate } from './nouns'
import { everyPage } from './pages'

export const usersQuery = queryOptions({
  queryKey: ['users'],
  queryFn: ({ signal }) =>
    everyPage<User>((query) => answer(api.GET('/api/v1/users', { params: { query }, signal }))),
})

export function useCreateUser() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (body: UserCreate) => answer(api.POST('/api/v1/users', { body })),
    onSuccess: () => cache.invalidateQueries({ queryKey: usersQuery.queryKey }),
  })
}

export function useUpdateUser() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: ({ id, body }: { id: string; body: UserUpdate }) =>
      answer(api.PATCH('/api/v1/users/{user_id}', { params: { path: { user_id: id } }, body })),
    onSuccess: () => cache.invalidateQueries({ queryKey: usersQuery.queryKey }),
  })
}
