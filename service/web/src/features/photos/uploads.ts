import { useSyncExternalStore } from 'react'

import { csrfToken } from '@/api/credentials'
import { uploadPhoto } from '@/api/photoUpload'
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
    // A console that was opened without a net does not know its token yet.
    if (csrfToken() === null) await sessionHolds()
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
