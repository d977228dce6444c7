import createClient, { type Middleware } from 'openapi-fetch'

import { csrfToken, reportSessionLost } from './credentials'
import { Problem } from './problem'
import type { paths } from './schema'

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])

const credentials: Middleware = {
  onRequest({ request }) {
    const token = csrfToken()
    if (token !== null && !SAFE_METHODS.has(request.method)) request.headers.set('X-CSRF-Token', token)
    return request
  },
}

/** The typed door to the service: every call goes through the types made from its OpenAPI description. */
export const api = createClient<paths>({ baseUrl: window.location.origin })
api.use(credentials)

/** Send a DELETE that outlives the page, at once: where a page closes, what waits for a promise is not sent any more. */
export function deleteInPassing(path: string): void {
  const headers = { 'X-CSRF-Token': csrfToken() ?? '' }
  fetch(path, { method: 'DELETE', headers, keepalive: true }).catch(() => undefined)
}

interface Outcome<T> {
  data?: T
  error?: unknown
  response: Response
}

/**
 * Wait for a call and give its data.
 *
 * @throws {Problem} where the service refuses or cannot be reached; a 401 also asks people to sign in again.
 */
export async function answer<T>(call: Promise<Outcome<T>>): Promise<T> {
  const outcome = await settle(call)
  if (outcome.response.status === 401) reportSessionLost()
  return read(outcome)
}

/** As `answer`, for calls where 401 is an ordinary reply: asking who is signed in, and signing in. */
export async function answerSignedOut<T>(call: Promise<Outcome<T>>): Promise<T> {
  return read(await settle(call))
}

async function settle<T>(call: Promise<Outcome<T>>): Promise<Outcome<T>> {
  try {
    return await call
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw Problem.unreachable()
  }
}

function read<T>({ data, error, response }: Outcome<T>): T {
  if (!response.ok) throw Problem.of(response.status, error, response.headers.get('Retry-After'))
  return data as T
}
