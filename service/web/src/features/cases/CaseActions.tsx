import { Button } from 'antd'
import { useState } from 'react'

import { conflictOf, useCaseStep, type CaseStep } from '@/api/cases'
import { useWords } from '@/api/catalogue'
import type { Case, CaseAction } from '@/api/nouns'
import { useMessages } from '@/app/locale'
import { problemDetail } from '@/shared/problemText'
import { useToasts } from '@/shared/Toasts'

import { AfterPhotos } from './AfterPhotos'
import styles from './CasePage.module.css'
import { DismissForm } from './DismissForm'
import { DispatchForm } from './DispatchForm'
import { MergeForm } from './MergeForm'
import { NoteForm } from './NoteForm'
import { RectifyForm } from './RectifyForm'

/** Steps that are taken with a click, without asking anything. */
const AT_ONCE: ReadonlySet<CaseAction> = new Set(['confirm', 'accept', 'archive', 'undo'])
/** What takes a case out of its way is shown as such. */
const AGAINST: ReadonlySet<CaseAction> = new Set(['dismiss', 'return', 'rework', 'escalate'])

/** The steps that the reader may take now, as the server says; others are not shown. */
export function CaseActions({ found }: { found: Case }) {
  const t = useMessages()
  const { word } = useWords()
  const toasts = useToasts()
  const step = useCaseStep(found.id)
  const [open, setOpen] = useState<CaseAction | null>(null)

  const take = (taken: CaseStep) =>
    step.mutate(
      { version: found.version, step: taken },
      {
        onSuccess(updated) {
          setOpen(null)
          toasts.show({
            text: t('cases.done', { status: word('case_states', updated.status) }),
            tone: 'good',
          })
        },
        onError(error) {
          const current = conflictOf(error)
          const text =
            current === null
              ? problemDetail(t, error)
              : t('cases.conflict', {
                  actor: current.decision?.actor ?? t('cases.someone'),
                  status: word('case_states', current.status),
                })
          toasts.show({ text, tone: 'bad' })
        },
      },
    )

  const actions = found.allowed_actions
  // Somebody else moved the case on while a form was open: the form is of no use any more.
  const asked = open !== null && actions.includes(open) ? open : null
  const leave = () => setOpen(null)
  if (actions.length === 0) return null
  return (
    <section className={styles.card} aria-label={t('cases.actions')}>
      {actions.includes('rectify') ? <AfterPhotos found={found} /> : null}
      {asked === null ? (
        <div className={styles.buttons}>
          {actions.map((action, index) => (
            <Button
              key={action}
              size="large"
              type={index === 0 && !AGAINST.has(action) ? 'primary' : 'default'}
              danger={AGAINST.has(action)}
              loading={step.isPending && step.variables.step.action === action}
              onClick={() => (isAtOnce(action) ? take({ action }) : setOpen(action))}
            >
              {word('case_actions', action)}
            </Button>
          ))}
        </div>
      ) : asked === 'dismiss' ? (
        <DismissForm
          onCancel={leave}
          onDismiss={(reason, note) => take({ action: 'dismiss', reason, note })}
        />
      ) : asked === 'merge' ? (
        <MergeForm id={found.id} onCancel={leave} onMerge={(into) => take({ action: 'merge', into })} />
      ) : asked === 'dispatch' ? (
        <DispatchForm found={found} busy={step.isPending} onCancel={leave} onSubmit={take} />
      ) : asked === 'rectify' ? (
        <RectifyForm found={found} busy={step.isPending} onCancel={leave} onSubmit={take} />
      ) : (
        <NoteForm
          title={word('case_actions', asked)}
          hint={asked === 'close' ? found.conditions.closing : ''}
          needed={found.required[asked]?.includes('note') ?? false}
          busy={step.isPending}
          onCancel={leave}
          onSubmit={(note) => take({ action: asked, note })}
        />
      )}
    </section>
  )
}

function isAtOnce(action: CaseAction): action is 'confirm' | 'accept' | 'archive' | 'undo' {
  return AT_ONCE.has(action)
}
