/** One field that the server refused, as RFC 9457 problems of this service list them. */
export interface FieldFault {
  field: string
  message: string
}

/** Why a request failed: the server's problem+json, or no answer at all (status 0). */
export class Problem extends Error {
  readonly status: number
  readonly detail: string
  readonly faults: readonly FieldFault[]
  /** Seconds to wait before another try, from `Retry-After`. */
  readonly retryAfter: number | null
  /** The members of the problem that only some errors have, such as `current` of a conflict. */
  readonly body: Readonly<Record<string, unknown>>

  constructor(
    status: number,
    title: string,
    body: Record<string, unknown> = {},
    retryAfter: number | null = null,
  ) {
    super(title)
    this.name = 'Problem'
    this.status = status
    this.detail = typeof body.detail === 'string' ? body.detail : ''
    this.faults = Array.isArray(body.errors) ? body.errors.filter(isFault) : []
    this.retryAfter = retryAfter
    this.body = body
  }

  /** The request never got an answer: no net, server down, or cut off. */
  static unreachable(): Problem {
    return new Problem(0, 'unreachable')
  }

  /** Read a refused answer; a body that is no JSON (a proxy's page) leaves only the status. */
  static of(status: number, body: unknown, retryAfter: string | null): Problem {
    const fields = isRecord(body) ? body : {}
    const title = typeof fields.title === 'string' ? fields.title : `HTTP ${status}`
    const seconds = retryAfter === null ? Number.NaN : Number(retryAfter)
    return new Problem(status, title, fields, Number.isFinite(seconds) ? seconds : null)
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isFault(value: unknown): value is FieldFault {
  return isRecord(value) && typeof value.field === 'string' && typeof value.message === 'string'
}
