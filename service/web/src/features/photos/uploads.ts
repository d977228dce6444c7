import { useSyncExternalStore } from 'react'

import { csrfToken, reportSessionLost } from '@/api/credentials'
import { uploadPhoto } from '@/api/photoUpload'
import { Problem } from '@/api/problem'
import { sessionHolds } from '@/api/session'

import { BrowserPhotoStore } from './photoStore'
import { readExif } from './exif'
import { locate } from './place'
import type { Upload } from './upload'
import { UploadQueue } from './uploadQueue'

/** The one upload queue of this console. */
export const uploads = new UploadQueue({
  read: readExif,
  async locate() {
    const found = await locate()
    return found.state === 'located' ? found.position : null
  },
  async send(form, onProgress, signal) {
    // A console that was opened without a net does not know its token yet; without one the server refuses for good.
    if (csrfToken() === null) {
      const holds = await sessionHolds()
      if (!holds) reportSessionLost()
      if (csrfToken() === null) throw holds ? Problem.unreachable() : new Problem(401, 'Unauthorized')
    }
    return uploadPhoto(form, onProgress, signal)
  },
  store: new BrowserPhotoStore(),
  now: () => Date.now(),
})

/** How often what could not be sent is tried again; the browser's word that it is online is not always true. */
const RETRY_MS = 30_000

window.addEventListener('online', () => uploads.retryAll())
window.setInterval(() => {
  if (navigator.onLine) uploads.retryAll()
}, RETRY_MS)
window.addEventListener('beforeunload', (event) => {
  if (uploads.busy()) event.preventDefault()
})

export function useUploads(): readonly Upload[] {
  return useSyncExternalStore(uploads.watch, uploads.all)
}
