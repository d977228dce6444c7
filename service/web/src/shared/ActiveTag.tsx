import { useMessages } from '@/app/locale'

import styles from './DataTable.module.css'

/** Whether somebody or something is in use. */
export function ActiveTag({ active }: { active: boolean }) {
  const t = useMessages()
  return (
    <span className={`${styles.tag ?? ''} ${active ? (styles.good ?? '') : ''}`}>
      {active ? t('users.activeYes') : t('users.activeNo')}
    </span>
  )
}
