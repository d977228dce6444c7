import { Button, Input } from 'antd'
import { useState } from 'react'

import { useWords } from '@/api/catalogue'
import { conflictOf, useCaseStep, type CaseStep } from '@/api/cases'
import type { Case, CaseAction } from '@/api/nouns'
import { useMessages } from '@/app/locale'
import { problemDetail } from '@/shared/problemText'
import { useToasts } from '@/shared/Toasts'

import styles from './CasePage.module.css'
import { DismissForm } from './DismissForm'

/** The steps that the reader may take now, as the server says; others are not shown. */
export function CaseActions({ found }: { found: Case }) {
  const t = useMessages()
  const { word } = useWords()
  const toasts = useToasts()
  const step = useCaseStep(found.id)
  const [open, setOpen] = useState<CaseAction | null>(null)
  const [note, setNote] = useState('')

  const take = (taken: CaseStep) =>
    step.mutate(
      { version: found.version, step: taken },
      {
        onSuccess(updated) {
          setOpen(null)
          setNote('')
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

  const allowed = new Set(found.allowed_actions)
  if (allowed.size === 0) return null
  return (
    <section className={styles.card} aria-label={t('cases.actions')}>
      {open === 'dismiss' ? (
        <DismissForm
          onCancel={() => setOpen(null)}
          onDismiss={(reason, why) => take({ action: 'dismiss', reason, note: why })}
        />
      ) : open === 'close' ? (
        <form
          className={styles.close}
          onSubmit={(event) => {
            event.preventDefault()
            take({ action: 'close', note: note.trim() })
          }}
        >
          <h2>{t('cases.closeTitle')}</h2>
          <Input.TextArea
            ref={takeFocus}
            aria-label={t('cases.closeNote')}
            placeholder={t('cases.closeNote')}
            autoSize={{ minRows: 2, maxRows: 6 }}
            maxLength={2000}
            value={note}
            onChange={(event) => setNote(event.target.value)}
          />
          <div className={styles.buttons}>
            <Button onClick={() => setOpen(null)}>{t('common.cancel')}</Button>
            <Button type="primary" htmlType="submit" loading={step.isPending}>
              {t('cases.close')}
            </Button>
          </div>
        </form>
      ) : (
        <div className={styles.buttons}>
          {allowed.has('confirm') ? (
            <Button
              type="primary"
              size="large"
              loading={step.isPending}
              onClick={() => take({ action: 'confirm' })}
            >
              {t('cases.confirm')}
            </Button>
          ) : null}
          {allowed.has('dismiss') ? (
            <Button danger size="large" onClick={() => setOpen('dismiss')}>
              {t('cases.dismiss')}
            </Button>
          ) : null}
          {allowed.has('close') ? (
            <Button type="primary" size="large" onClick={() => setOpen('close')}>
              {t('cases.close')}
            </Button>
          ) : null}
          {allowed.has('undo') ? (
            <Button size="large" loading={step.isPending} onClick={() => take({ action: 'undo' })}>
              {t('cases.undo')}
            </Button>
          ) : null}
        </div>
      )}
    </section>
  )
}

function takeFocus(field: { focus: () => void } | null) {
  field?.focus()
}
