import { MapPin } from 'lucide-react'
import { useEffect, useState } from 'react'

import { useMessages } from '@/app/locale'

import { locate, type LocationState } from './place'
import styles from './UploadPage.module.css'

/** Whether photos without a place get this device's; explains why and says whether it works. */
export function LocationSwitch({ on, onChange }: { on: boolean; onChange: (on: boolean) => void }) {
  const t = useMessages()
  const [found, setFound] = useState<LocationState>({ state: on ? 'locating' : 'off' })

  useEffect(() => {
    if (!on) return
    let wanted = true
    void locate().then((state) => {
      if (wanted) setFound(state)
    })
    return () => {
      wanted = false
    }
  }, [on])

  return (
    <div className={styles.locate}>
      <label>
        <input
          type="checkbox"
          checked={on}
          onChange={(event) => {
            setFound({ state: event.target.checked ? 'locating' : 'off' })
            onChange(event.target.checked)
          }}
        />
        <MapPin size={18} aria-hidden />
        <span>{t('photos.locate')}</span>
      </label>
      <p>{t('photos.locateHint')}</p>
      <p role="status" data-state={found.state}>
        {found.state === 'off'
          ? null
          : found.state === 'located'
            ? t('photos.located', { count: Math.round(found.accuracy) })
            : t(FINDING[found.state])}
      </p>
    </div>
  )
}

const FINDING = {
  locating: 'photos.locating',
  denied: 'photos.locateDenied',
  failed: 'photos.locateFailed',
  insecure: 'photos.locateInsecure',
} as const
