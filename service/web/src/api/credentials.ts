/** The session's CSRF token, and the word that a session ended. The session itself is a cookie no script can read. */
let token: string | null = null
const listeners = new Set<() => void>()

export function csrfToken(): string | null {
  return token
}

export function setCsrfToken(value: string | null): void {
  token = value
}

/** Tell the pages that the server no longer knows who we are. */
export function reportSessionLost(): void {
  for (const listener of listeners) listener()
}

export function onSessionLost(listener: () => void): () => void {
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
  }
}
