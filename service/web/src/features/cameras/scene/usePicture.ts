import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'

import { snapshotQuery } from '@/api/cameras'
import type { Camera } from '@/api/nouns'

export interface CameraPicture {
  image: HTMLImageElement | null
  /** Width by height. */
  ratio: number
  refresh: () => void
}

/** A still picture of a camera to draw on; it changes only when asked to, so that nothing moves under the pointer. */
export function usePicture(camera: Camera): CameraPicture {
  const { status } = camera
  const [image, setImage] = useState<HTMLImageElement | null>(null)
  const { data: blob, refetch } = useQuery({
    ...snapshotQuery(camera.id),
    enabled: status?.last_frame_at != null,
    staleTime: Infinity,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  })

  useEffect(() => {
    if (blob === undefined) return
    const url = URL.createObjectURL(blob)
    const loading = new Image()
    loading.onload = () => setImage(loading)
    loading.src = url
    return () => URL.revokeObjectURL(url)
  }, [blob])

  const known = status?.width != null && status.height != null ? status.width / status.height : 16 / 9
  return {
    image,
    ratio: image === null ? known : image.naturalWidth / image.naturalHeight,
    refresh: () => void refetch(),
  }
}
