import { csrfToken, reportSessionLost } from './credentials'
import type { Photo } from './nouns'
import { Problem } from './problem'

export interface Position {
  longitude: number
  latitude: number
}

interface PhotoForm {
  file: File
  note: string
  /** Given only where the photo itself says no place: the form's place wins over EXIF. */
  position: Position | null
  /** The same key again gives the same photo, so that a retry never makes a second one. */
  key: string
}

/**
 * Upload a photo and tell how far it got. `fetch` cannot tell that yet, so this one call is an XMLHttpRequest.
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

  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', '/api/v1/photos')
    request.responseType = 'json'
    request.setRequestHeader('Idempotency-Key', form.key)
    const token = csrfToken()
    if (token !== null) request.setRequestHeader('X-CSRF-Token', token)
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total)
    }
    request.onload = () => {
      const answer: unknown = request.response
      if (request.status === 202) {
        resolve(answer as Photo)
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
