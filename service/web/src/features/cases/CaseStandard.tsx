import type { Case } from '@/api/nouns'
import { useMessages } from '@/app/locale'

import facts from './CaseFacts.module.css'
import styles from './CasePage.module.css'

/** What the standard says about cases of this kind: when they are filed and closed, and how long a unit has. */
export function CaseStandard({ found }: { found: Case }) {
  const t = useMessages()
  const { filing, closing, limit } = found.conditions
  return (
    <section className={styles.card}>
      <h2>{t('case.conditions')}</h2>
      <dl className={facts.facts}>
        <div>
          <dt>{t('case.filing')}</dt>
          <dd>{filing}</dd>
        </div>
        <div>
          <dt>{t('case.closing')}</dt>
          <dd>{closing}</dd>
        </div>
        <div>
          <dt>{t('case.limit')}</dt>
          <dd>
            {limit.unit === 'days'
              ? t('case.limitDays', { count: limit.amount })
              : t('case.limitHours', { count: limit.amount })}
          </dd>
        </div>
      </dl>
    </section>
  )
}
