import { Button } from 'antd'

import { useMessages } from '@/app/locale'

import styles from './DataTable.module.css'

interface Props {
  /** What is wrong with the form as a whole. */
  fault: string | null
  saving: boolean
  /** What the main button says; "Save" unless told. */
  label?: string
  onCancel?: (() => void) | undefined
}

/** The end of a form: what the server refused, and its buttons. */
export function FormEnd({ fault, saving, label, onCancel }: Props) {
  const t = useMessages()
  return (
    <>
      {fault === null ? null : (
        <p role="alert" className={styles.fault}>
          {fault}
        </p>
      )}
      <footer>
        {onCancel === undefined ? null : <Button onClick={onCancel}>{t('common.cancel')}</Button>}
        <Button type="primary" htmlType="submit" loading={saving}>
          {label ?? t('common.save')}
        </Button>
      </footer>
    </>
  )
}
