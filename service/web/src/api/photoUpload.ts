import { csrfToken, reportSessionLost } from './credentials'
import type { Case, Photo } from './nouns'
import { Problem } from './problem'

export interface Position {
  longitude: number
  latitude: number
}

interface PhotoForm {
  file: File
  note: string
  /** Null where the server reads it from the photo: the form's place wins over EXIF. */
  position: Position | null
  /** ISO 8601; null where the server reads it from the photo. */
  takenAt: string | null
  /** The same UUID for all photos of one problem, so that they become one case. */
  problem: string | null
  /** The same key again gives the same photo, so that a retry never makes a second one. */
  key: string
}

/**
 * Upload a photo and tell how far it got. `fetch` cannot tell that yet, so uploads are XMLHttpRequests.
 *
 * @throws {Problem} where the server refuses or the net fails
 */
export function uploadPhoto(
  form: PhotoForm,
  onProgress: (fraction: number) => void,
  signal: AbortSignal,
): Promise<Photo> {
  const body = new FormData()
  body.set('file', form.file)
  if (form.note !== '') body.set('note', form.note)
  if (form.position !== null) {
    body.set('longitude', String(form.position.longitude))
    body.set('latitude', String(form.position.latitude))
  }
  if (form.takenAt !== null) body.set('taken_at', form.takenAt)
  if (form.problem !== null) body.set('problem', form.problem)
  const headers = { 'Idempotency-Key': form.key }
  return send('/api/v1/photos', { body, headers, wanted: 202 }, onProgress, signal)
}

/**
 * Add the photo of a place after it was put right to a case. The same photo again changes nothing.
 *
 * @throws {Problem} where the server refuses or the net fails
 */
export function uploadAfterPhoto(
  caseId: string,
  file: File,
  onProgress: (fraction: number) => void,
): Promise<Case> {
  const body = new FormData()
  body.set('file', file)
  const url = `/api/v1/cases/${encodeURIComponent(caseId)}/after-photos`
  return send(url, { body, headers: {}, wanted: 200 }, onProgress, new AbortController().signal)
}

interface Sent {
  body: FormData
  headers: Readonly<Record<string, string>>
  /** The status of the answer that means yes. */
  wanted: number
}

function send<T>(
  url: string,
  { body, headers, wanted }: Sent,
  onProgress: (fraction: number) => void,
  signal: AbortSignal,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', url)
    request.responseType = 'json'
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value)
    const token = csrfToken()
    if (token !== null) request.setRequestHeader('X-CSRF-Token', token)
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total)
    }
    request.onload = () => {
      const answer: unknown = request.response
      if (request.status === wanted) {
        resolve(answer as T)
        return
      }
      if (request.status === 401) reportSessionLost()
      reject(Problem.of(request.status, answer, request.getResponseHeader('Retry-After')))
    }
    request.onerror = () => reject(Problem.unreachable())
    request.ontimeout = () => reject(Problem.unreachable())
    request.onabort = () => reject(new DOMException('the upload was stopped', 'AbortError'))
    signal.addEventListener('abort', () => request.abort())
    request.send(body)
  })
}
