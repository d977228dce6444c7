import { useSyncExternalStore } from 'react'

import { uploadPhoto } from '@/api/photoUpload'

import { hasPlace, locate } from './place'
import { UploadQueue, type Upload } from './uploadQueue'

/** The one upload queue of this console. */
export const uploads = new UploadQueue({
  hasPlace,
  async locate() {
    const found = await locate()
    return found.state === 'located' ? found.position : null
  },
  send: uploadPhoto,
})

window.addEventListener('online', () => uploads.retryAll())
window.addEventListener('beforeunload', (event) => {
  if (uploads.busy()) event.preventDefault()
})

export function useUploads(): readonly Upload[] {
  return useSyncExternalStore(uploads.watch, uploads.all)
}
