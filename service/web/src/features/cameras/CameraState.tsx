import type { Camera } from '@/api/nouns'
import { useMessages } from '@/app/locale'

import styles from './CameraState.module.css'

/** How a camera fares, as a word with a colour. */
export function CameraStateLabel({ camera }: { camera: Camera }) {
  const t = useMessages()
  const state = camera.enabled ? (camera.status?.state ?? 'unknown') : 'disabled'
  return (
    <span className={styles.state} data-state={state} title={camera.status?.message ?? ''}>
      {t(`cameras.state.${state}`)}
    </span>
  )
}
