import { useMessages } from '@/app/locale'
import { Dialog } from '@/shared/Dialog'

import styles from './HelpDialog.module.css'

const KEYS = [
  ['C', 'confirm'],
  ['D', 'dismiss'],
  ['J', 'next'],
  ['K', 'previous'],
  ['U', 'undo'],
  ['V', 'view'],
  ['O', 'original'],
  ['Z', 'zoom'],
  ['?', 'help'],
] as const

/** Which key does what. */
export function HelpDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const t = useMessages()
  return (
    <Dialog open={open} title={t('review.help')} onClose={onClose}>
      <dl className={styles.keys}>
        {KEYS.map(([key, name]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{t(`review.keys.${name}`)}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}
