import { useQuery, useQueryClient } from '@tanstack/react-query'
import { VideoOff } from 'lucide-react'
import { useEffect, useRef } from 'react'

import { snapshotQuery } from '@/api/cameras'
import type { Camera } from '@/api/nouns'
import { useLiveEvent } from '@/app/live'
import { useMessages } from '@/app/locale'

import styles from './Snapshot.module.css'

const MOST_OFTEN_MS = 1_000
const WITHOUT_EVENTS_MS = 5_000

/** The newest picture of a camera, kept fresh while it is on screen. */
export function Snapshot({ camera }: { camera: Camera }) {
  const t = useMessages()
  const cache = useQueryClient()
  const image = useRef<HTMLImageElement>(null)
  const last = useRef(0)
  const { data: blob } = useQuery({
    ...snapshotQuery(camera.id),
    enabled: camera.status?.last_frame_at != null,
    refetchInterval: WITHOUT_EVENTS_MS,
  })

  useLiveEvent('camera.snapshot', ({ id }) => {
    const now = Date.now()
    if (id !== camera.id || now - last.current < MOST_OFTEN_MS || document.hidden) return
    last.current = now
    void cache.refetchQueries(
      { queryKey: snapshotQuery(camera.id).queryKey, type: 'active' },
      { cancelRefetch: false },
    )
  })

  useEffect(() => {
    const element = image.current
    if (element === null || blob === undefined) return
    const url = URL.createObjectURL(blob)
    element.src = url
    return () => URL.revokeObjectURL(url)
  }, [blob])

  const name = camera.name === '' ? camera.id : camera.name
  return (
    <div className={styles.frame}>
      {blob === undefined ? (
        <p className={styles.none}>
          <VideoOff size={26} aria-hidden />
          {t('cameras.noPicture')}
        </p>
      ) : (
        <img ref={image} alt={t('cameras.alt', { name })} />
      )}
    </div>
  )
}
