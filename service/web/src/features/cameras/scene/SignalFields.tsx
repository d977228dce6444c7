import { Button, Switch } from 'antd'
import type { Dispatch } from 'react'

import type { Zone } from '@/api/nouns'
import { useMessages } from '@/app/locale'

import type { EditAction, Signal } from './sceneDraft'
import styles from './SceneEditor.module.css'

interface Props {
  zone: Extract<Zone, { kind: 'crosswalk' }>
  index: number
  locked: boolean
  onMark: () => void
  dispatch: Dispatch<EditAction>
}

/** The pedestrian signal that a crosswalk obeys: its lamp in the picture, or a controller that tells its phase. */
export function SignalFields({ zone, index, locked, onMark, dispatch }: Props) {
  const t = useMessages()
  const lamp = zone.signal?.lamp ?? null
  const fed = zone.signal?.fed ?? false
  const set = (signal: Signal) => {
    // A signal that nobody tells and nobody sees is none.
    const known = signal.lamp != null || signal.fed
    dispatch({ type: 'change', index, change: { signal: known ? signal : null } })
  }
  return (
    <div className={styles.fields}>
      <strong>{t('scene.signal')}</strong>
      <label className={styles.rule}>
        <span>{t('scene.lampFed')}</span>
        <Switch
          size="small"
          checked={fed}
          disabled={locked}
          aria-label={t('scene.lampFed')}
          onChange={(on) => set({ lamp, fed: on })}
        />
      </label>
      {locked ? null : (
        <div className={styles.pair}>
          <Button onClick={onMark}>{lamp === null ? t('scene.lampDraw') : t('scene.lampMove')}</Button>
          {lamp === null ? null : (
            <Button onClick={() => set({ lamp: null, fed })}>{t('scene.lampRemove')}</Button>
          )}
        </div>
      )}
    </div>
  )
}
