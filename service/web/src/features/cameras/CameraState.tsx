import type { Camera } from '@/api/nouns'
import { useMessages } from '@/app/locale'

import styles from './CameraState.module.css'
import { gapName } from './gaps'

/** How a camera fares, as a word with a colour: one that runs and sees nothing is not well. */
export function CameraStateLabel({ camera }: { camera: Camera }) {
  const t = useMessages()
  const state = camera.enabled ? (camera.status?.state ?? 'unknown') : 'disabled'
  const gap = camera.enabled && camera.gap?.suspended === true ? camera.gap : null
  const message = gap?.message ?? camera.status?.message ?? ''
  return (
    <span className={styles.state} data-state={gap === null ? state : 'blind'} title={message}>
      {gap === null ? t(`cameras.state.${state}`) : t('cameras.blind', { why: gapName(t, gap.kind) })}
    </span>
  )
}
