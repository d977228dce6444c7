import { createContext, use } from 'react'

import type { Session } from '@/api/nouns'

export const SessionContext = createContext<Session | null>(null)

/** Who is signed in; only below the `SessionGate`. */
export function useSession(): Session {
  const session = use(SessionContext)
  if (session === null) throw new Error('useSession needs a SessionGate above it')
  return session
}
