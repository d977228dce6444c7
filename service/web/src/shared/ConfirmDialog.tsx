import { Button } from 'antd'

import { useMessages } from '@/app/locale'

import styles from './DataTable.module.css'
import { Dialog } from './Dialog'

interface Props {
  open: boolean
  title: string
  text: string
  action: string
  busy?: boolean
  cancel?: string
  onConfirm: () => void
  onCancel: () => void
}

/** Asks before something that cannot be taken back easily. */
export function ConfirmDialog({
  open,
  title,
  text,
  action,
  busy = false,
  cancel,
  onConfirm,
  onCancel,
}: Props) {
  const t = useMessages()
  return (
    <Dialog open={open} title={title} onClose={onCancel}>
      <div className={styles.form}>
        <p>{text}</p>
        <footer>
          <Button onClick={onCancel}>{cancel ?? t('common.cancel')}</Button>
          <Button type="primary" danger loading={busy} onClick={onConfirm}>
            {action}
          </Button>
        </footer>
      </div>
    </Dialog>
  )
}
