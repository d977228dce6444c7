import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { answer, api } from './client'
import type { User, UserCreate, UserUpdate } from './nouns'

async function fetchUsers(signal: AbortSignal): Promise<User[]> {
  const users: User[] = []
  let cursor: string | null = null
  do {
    const query: { limit: number; cursor?: string } =
      cursor === null ? { limit: 200 } : { limit: 200, cursor }
    const page = await answer(api.GET('/api/v1/users', { params: { query }, signal }))
    users.push(...page.items)
    cursor = page.next_cursor
  } while (cursor !== null)
  return users
}

export const usersQuery = queryOptions({ queryKey: ['users'], queryFn: ({ signal }) => fetchUsers(signal) })

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
