import { useMessages } from '@/app/locale'
import { Dialog } from '@/shared/Dialog'

import styles from './HelpDialog.module.css'

const KEYS = [
  ['C', 'confirm'],
  ['D', 'dismiss'],
  ['A', 'assign'],
  ['M', 'merge'],
  ['J', 'next'],
  ['K', 'previous'],
  ['U', 'undo'],
  ['V', 'view'],
  ['O', 'original'],
  ['B', 'boxes'],
  ['Z', 'zoom'],
  ['P', 'play'],
  [', .', 'step'],
  ['E', 'edit'],
  ['G', 'batch'],
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
