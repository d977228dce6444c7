import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'

import { caseQuery, patchRow, recountPending, takeStep, transitionsQuery, type CaseStep } from '@/api/cases'
import { useWords } from '@/api/catalogue'
import type { CaseAction, CaseRow } from '@/api/nouns'
import { useMessages } from '@/app/locale'
import { useSession } from '@/features/session/session'
import { problemDetail } from '@/shared/problemText'
import { useToasts } from '@/shared/Toasts'

import { commonActions } from './bulk'
import styles from './CasesPage.module.css'

interface Props {
  rows: readonly CaseRow[]
  /** The rows that could not be done stay chosen. */
  onDone: (left: readonly CaseRow[]) => void
}

/** What can be done with all chosen cases at once; each goes for itself, and what fails stays chosen. */
export function BulkBar({ rows, onDone }: Props) {
  const t = useMessages()
  const { word } = useWords()
  const { user } = useSession()
  const toasts = useToasts()
  const cache = useQueryClient()
  const { data: table = [] } = useQuery(transitionsQuery)
  const [busy, setBusy] = useState<CaseAction | null>(null)
  const actions = commonActions(rows, table, user.role)

  const take = async (action: CaseAction) => {
    setBusy(action)
    const left: CaseRow[] = []
    let why = ''
    for (const row of rows) {
      try {
        // The table names only steps that need nothing more than the version.
        const updated = await takeStep(row.id, row.version, { action } as CaseStep)
        cache.setQueryData(caseQuery(row.id).queryKey, updated)
        patchRow(cache, row.id, updated)
      } catch (error) {
        left.push(row)
        why = problemDetail(t, error)
      }
    }
    setBusy(null)
    const done = rows.length - left.length
    if (done > 0) toasts.show({ text: t('cases.bulkDone', { count: done }), tone: 'good' })
    if (left.length > 0)
      toasts.show({ text: t('cases.bulkFailed', { count: left.length, why }), tone: 'bad' })
    recountPending(cache)
    onDone(left)
  }

  return (
    <div className={styles.bulk} role="group" aria-label={t('cases.actions')}>
      <strong role="status">{t('cases.chosen', { count: rows.length })}</strong>
      {actions.length === 0 ? <span>{t('cases.bulkNone')}</span> : null}
      {actions.map((action) => (
        <Button
          key={action}
          type="primary"
          loading={busy === action}
          disabled={busy !== null}
          onClick={() => void take(action)}
        >
          {word('case_actions', action)}
        </Button>
      ))}
      <Button type="text" onClick={() => onDone([])}>
        {t('review.selectNone')}
      </Button>
    </div>
  )
}
