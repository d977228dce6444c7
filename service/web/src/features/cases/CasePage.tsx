import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { ArrowLeft } from 'lucide-react'
import { useState } from 'react'
import { useNavigate, useParams } from 'react-router'

import { useWords } from '@/api/catalogue'
import { caseQuery } from '@/api/cases'
import type { Case } from '@/api/nouns'
import { useMessages } from '@/app/locale'
import { EmptyState } from '@/shared/EmptyState'
import { problemText } from '@/shared/problemText'

import { CaseActions } from './CaseActions'
import { CaseFacts } from './CaseFacts'
import { CaseHistory } from './CaseHistory'
import { KindLabel, StatusLabel, SuspectedLabel } from './CaseLabels'
import styles from './CasePage.module.css'
import { EvidenceFiles } from './EvidenceFiles'
import { EvidenceStage } from './EvidenceStage'

/** One case: evidence, facts, what happened, and what the reader may do. */
export default function CasePage() {
  const t = useMessages()
  const { id = '' } = useParams()
  const { data, error, refetch } = useQuery(caseQuery(id))
  if (data !== undefined) return <CaseView found={data} />
  if (error === null) return <EmptyState title={t('app.loading')} />
  return (
    <EmptyState
      title={t('cases.loadFailed')}
      hint={problemText(t, error)}
      action={<Button onClick={() => void refetch()}>{t('common.retry')}</Button>}
    />
  )
}

function CaseView({ found }: { found: Case }) {
  const t = useMessages()
  const navigate = useNavigate()
  const { word } = useWords()
  const [selected, setSelected] = useState<string | null>(null)
  const goBack = () => {
    if (window.history.length > 1) void navigate(-1)
    else void navigate('/cases')
  }
  return (
    <article className={styles.page}>
      <header className={styles.header}>
        <button type="button" className={styles.back} aria-label={t('common.back')} onClick={goBack}>
          <ArrowLeft size={20} aria-hidden />
        </button>
        <h1>{found.number}</h1>
        <StatusLabel status={found.status} />
        <KindLabel kind={found.kind} count={found.count} />
        {found.suspected ? <SuspectedLabel /> : null}
      </header>
      <div className={styles.stage}>
        <EvidenceStage
          evidence={found.evidence}
          selected={selected}
          onSelect={setSelected}
          kind={word('kinds', found.kind)}
        />
      </div>
      <aside className={styles.aside}>
        <CaseActions found={found} />
        <section className={styles.card}>
          <h2>{t('review.facts')}</h2>
          <CaseFacts row={found} detail={found} />
        </section>
        <CaseHistory history={found.history} />
      </aside>
      <EvidenceFiles evidence={found.evidence} />
    </article>
  )
}
