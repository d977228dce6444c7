import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { canRemember, forget, remember, remembered } from '@/app/preferences'
import { setDistrictZone } from '@/app/zone'

import { answer, answerSignedOut, api } from './client'
import { setCsrfToken } from './credentials'
import type { Session } from './nouns'
import { Problem } from './problem'

async function whoAmI(signal: AbortSignal): Promise<Session | null> {
  try {
    const session = await answerSignedOut(api.GET('/api/v1/session', { signal }))
    take(session)
    return session
  } catch (error) {
    if (error instanceof Problem && error.status === 401) return null
    throw error
  }
}

/** Keep what the console needs of a session. Without the token: the server gives it anew. */
function take(session: Session): void {
  setCsrfToken(session.csrf_token)
  setDistrictZone(session.timezone)
  remember('user', JSON.stringify({ ...session, csrf_token: '' }))
}

/** Who was signed in last: without a net the console opens for them, and the server decides once it is there. */
function whoItWas(): Session | null {
  const text = remembered('user')
  return text === null ? null : (JSON.parse(text) as Session)
}

/**
 * Who is signed in, at the start. A browser in which nobody signed in is not worth a refused request; the cookie itself
 * cannot be seen from here.
 */
async function atStart(signal: AbortSignal): Promise<Session | null> {
  if (canRemember() && remembered('signed-in') === null) return null
  try {
    const session = await whoAmI(signal)
    if (session === null) forget('signed-in')
    return session
  } catch (error) {
    const before = error instanceof Problem && error.status === 0 ? whoItWas() : null
    if (before === null) throw error
    setDistrictZone(before.timezone)
    return before
  }
}

/** Who is signed in; null when nobody is. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) => atStart(signal),
  staleTime: Infinity,
})

/** Whether the server still knows us; an unreachable server counts as yes, since nothing is known. */
export async function sessionHolds(): Promise<boolean> {
  try {
    return (await whoAmI(new AbortController().signal)) !== null
  } catch {
    return true
  }
}

export interface Credentials {
  username: string
  password: string
  /** Of the authenticator app, or a recovery code; null where none is asked for. */
  code: string | null
}

export function useSignIn() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (body: Credentials) => answerSignedOut(api.POST('/api/v1/session', { body })),
    onSuccess(session) {
      take(session)
      remember('signed-in', 'yes')
      cache.setQueryData(sessionQuery.queryKey, session)
    },
  })
}

export function useSignOut() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: () => answerSignedOut(api.DELETE('/api/v1/session')),
    onSettled() {
      setCsrfToken(null)
      forget('signed-in')
      forget('user')
      cache.clear()
      cache.setQueryData(sessionQuery.queryKey, null)
    },
  })
}

export function useChangePassword() {
  return useMutation({
    mutationFn: (body: { current: string; new: string }) =>
      answerSignedOut(api.POST('/api/v1/session/password', { body })),
  })
}

/** Begin a second factor: the secret for an authenticator app, which counts only once a code of it came back. */
export function useBeginSecondFactor() {
  return useMutation({
    mutationFn: (password: string) =>
      answer(api.POST('/api/v1/session/second-factor', { body: { password } })),
  })
}

export function useConfirmSecondFactor() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (code: string) =>
      answer(api.POST('/api/v1/session/second-factor/confirm', { body: { code } })),
    onSuccess: () =>
      whoAmI(new AbortController().signal).then((now) => cache.setQueryData(sessionQuery.queryKey, now)),
  })
}

export function useRemoveSecondFactor() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (password: string) =>
      answer(api.POST('/api/v1/session/second-factor/remove', { body: { password } })),
    onSuccess: () =>
      whoAmI(new AbortController().signal).then((now) => cache.setQueryData(sessionQuery.queryKey, now)),
  })
}
