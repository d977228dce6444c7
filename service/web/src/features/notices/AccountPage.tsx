import { useQuery } from '@tanstack/react-query'

import { noticeSettingsQuery } from '@/api/notices'
import { useMessages } from '@/app/locale'
import styles from '@/shared/DataTable.module.css'
import { EmptyState } from '@/shared/EmptyState'
import { problemText } from '@/shared/problemText'

import account from './AccountPage.module.css'
import { ChoiceForm } from './ChoiceForm'
import { EmailForm } from './EmailForm'

/** How one is told of what: where mails go, and which notices come how. */
export default function AccountPage() {
  const t = useMessages()
  const settings = useQuery(noticeSettingsQuery)
  return (
    <div className={`${styles.page} ${account.narrow}`}>
      <header className={styles.header}>
        <div>
          <h1>{t('notices.settings')}</h1>
          <p>{t('notices.settingsHint')}</p>
        </div>
      </header>
      {settings.error === null ? null : <EmptyState title={problemText(t, settings.error)} />}
      {settings.data === undefined ? null : (
        <>
          <EmailForm settings={settings.data} />
          {settings.data.kinds.length === 0 ? null : (
            <ChoiceForm key={JSON.stringify(settings.data)} settings={settings.data} />
          )}
        </>
      )}
    </div>
  )
}
