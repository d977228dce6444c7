import { Button } from 'antd'

import { useMessages } from '@/app/locale'

import { CopyButton } from './CopyButton'
import styles from './DataTable.module.css'
import { Dialog } from './Dialog'

/** Shows a secret the only time that it can be seen; it stays until somebody says that it is saved. */
export function SecretDialog(props: { secret: string | null; hint: string; onSaved: () => void }) {
  const t = useMessages()
  return (
    <Dialog open={props.secret !== null} title={t('keys.secretTitle')}>
      <div className={styles.form}>
        <p>{props.hint}</p>
        <p className={styles.secret}>
          <code>{props.secret}</code>
          <CopyButton text={props.secret ?? ''} label={t('common.copy')} />
        </p>
        <footer>
          <Button type="primary" onClick={props.onSaved}>
            {t('keys.secretSaved')}
          </Button>
        </footer>
      </div>
    </Dialog>
  )
}
