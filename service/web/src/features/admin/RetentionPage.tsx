import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Button, Input, InputNumber, Select } from 'antd'
import { useState, type SubmitEvent } from 'react'
import { Link } from 'react-router'

import {
  holdsQuery,
  retentionPlanQuery,
  retentionRulesQuery,
  usePlaceHold,
  useReleaseHold,
  useReplaceRule,
} from '@/api/retention'
import { useFormat } from '@/app/format'
import { useLocale, useMessages } from '@/app/locale'
import { useSession } from '@/features/session/session'
import { ConfirmDialog } from '@/shared/ConfirmDialog'
import styles from '@/shared/DataTable.module.css'
import { Dialog } from '@/shared/Dialog'
import { EmptyState } from '@/shared/EmptyState'
import { Field } from '@/shared/Field'
import { FormEnd } from '@/shared/FormEnd'
import { problemDetail, problemText } from '@/shared/problemText'
import { ScrollRegion } from '@/shared/ScrollRegion'
import { useToasts } from '@/shared/Toasts'

import admin from './AdminPage.module.css'
import { Deletions } from './Deletions'

/** How long files are kept, which cases are spared, and what was deleted. */
export default function RetentionPage() {
  const t = useMessages()
  return (
    <div className={styles.page}>
      <header className={styles.header}>
        <div>
          <h1>{t('retention.title')}</h1>
          <p>{t('retention.hint')}</p>
        </div>
      </header>
      <RuleTable />
      <Holds />
      <Deletions />
    </div>
  )
}

function RuleTable() {
  const t = useMessages()
  const format = useFormat()
  const { locale } = useLocale()
  const rules = useQuery(retentionRulesQuery)
  const plan = useQuery(retentionPlanQuery)
  if (rules.error !== null) return <EmptyState title={problemText(t, rules.error)} />
  return (
    <section className={admin.section}>
      <ScrollRegion label={t('retention.rules')}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">{t('retention.files')}</th>
              <th scope="col">{t('retention.days')}</th>
              <th scope="col">{t('retention.due')}</th>
            </tr>
          </thead>
          <tbody>
            {rules.data?.map((rule) => {
              const due = plan.data?.find(({ code }) => code === rule.code)
              const name = locale === 'zh-CN' ? rule.chinese : rule.english
              return (
                <tr key={rule.code}>
                  <td className={admin.wrap}>{name}</td>
                  <td>
                    <RuleDays key={rule.days} rule={rule.code} days={rule.days} name={name} />
                  </td>
                  <td>
                    {due === undefined
                      ? '–'
                      : t('retention.dueFiles', { count: due.files, size: format.bytes(due.bytes) })}
                  </td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </ScrollRegion>
    </section>
  )
}

interface RuleProps {
  rule: 'dismissed' | 'originals' | 'settled' | 'loose_photos'
  days: number | null
  name: string
}

function RuleDays({ rule, days, name }: RuleProps) {
  const t = useMessages()
  const toasts = useToasts()
  const { user } = useSession()
  const replace = useReplaceRule()
  const [draft, setDraft] = useState(days)
  const locked = user.role !== 'administrator'
  return (
    <span className={admin.ruleDays}>
      <Select
        aria-label={name}
        disabled={locked}
        value={draft === null}
        options={[
          { value: true, label: t('retention.forever') },
          { value: false, label: t('retention.limited') },
        ]}
        onChange={(forever: boolean) => setDraft(forever ? null : (days ?? 365))}
      />
      {draft === null ? null : (
        <InputNumber
          aria-label={`${t('retention.days')}: ${name}`}
          min={30}
          max={36_500}
          precision={0}
          disabled={locked}
          value={draft}
          suffix={t('retention.unit')}
          onChange={(value) => {
            if (value !== null) setDraft(value)
          }}
        />
      )}
      {draft === days ? null : (
        <Button
          type="primary"
          loading={replace.isPending}
          onClick={() =>
            replace.mutate(
              { rule, days: draft },
              {
                onSuccess: () => toasts.show({ text: t('common.saved'), tone: 'good' }),
                onError: (error) => toasts.show({ text: problemDetail(t, error), tone: 'bad' }),
              },
            )
          }
        >
          {t('common.save')}
        </Button>
      )}
    </span>
  )
}

function Holds() {
  const t = useMessages()
  const format = useFormat()
  const toasts = useToasts()
  const { user } = useSession()
  const holds = useInfiniteQuery(holdsQuery)
  const release = useReleaseHold()
  const [placing, setPlacing] = useState(false)
  const [asking, setAsking] = useState<{ id: string; number: string } | null>(null)
  const mayChange = user.role === 'administrator' || user.role === 'supervisor'
  const rows = holds.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <section className={admin.section}>
      <header className={styles.header}>
        <div>
          <h2>{t('retention.holds')}</h2>
          <p>{t('retention.holdsHint')}</p>
        </div>
        {mayChange ? <Button onClick={() => setPlacing(true)}>{t('retention.hold')}</Button> : null}
      </header>
      {rows.length === 0 ? (
        <p className={admin.muted}>{t('retention.noHolds')}</p>
      ) : (
        <ScrollRegion label={t('retention.holds')}>
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">{t('case.number')}</th>
                <th scope="col">{t('retention.reason')}</th>
                <th scope="col">{t('retention.placed')}</th>
                <th scope="col">{t('retention.released')}</th>
                <th scope="col" aria-label={t('cases.actions')} />
              </tr>
            </thead>
            <tbody>
              {rows.map((hold) => (
                <tr key={hold.id} data-off={hold.released_at !== null}>
                  <td>
                    <Link to={`/cases/${hold.case_id}`}>{hold.case_number}</Link>
                  </td>
                  <td className={admin.wrap}>{hold.reason}</td>
                  <td>
                    {hold.placed_by}
                    <small>{format.dateTime(hold.placed_at)}</small>
                  </td>
                  <td>
                    {hold.released_by ?? '–'}
                    {hold.released_at === null ? null : <small>{format.dateTime(hold.released_at)}</small>}
                  </td>
                  <td>
                    {mayChange && hold.released_at === null ? (
                      <Button
                        type="text"
                        onClick={() => setAsking({ id: hold.id, number: hold.case_number })}
                      >
                        {t('retention.release')}
                      </Button>
                    ) : null}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollRegion>
      )}
      <Dialog open={placing} title={t('retention.hold')} onClose={() => setPlacing(false)}>
        <HoldForm onDone={() => setPlacing(false)} />
      </Dialog>
      <ConfirmDialog
        open={asking !== null}
        title={t('retention.releaseTitle', { number: asking?.number ?? '' })}
        text={t('retention.releaseHint')}
        action={t('retention.release')}
        onCancel={() => setAsking(null)}
        onConfirm={() => {
          if (asking !== null) {
            release.mutate(asking.id, {
              onError: (error) => toasts.show({ text: problemDetail(t, error), tone: 'bad' }),
            })
          }
          setAsking(null)
        }}
      />
    </section>
  )
}

function HoldForm({ onDone }: { onDone: () => void }) {
  const t = useMessages()
  const place = usePlaceHold()
  const [number, setNumber] = useState('')
  const [reason, setReason] = useState('')
  const [fault, setFault] = useState<string | null>(null)
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    if (number.trim() === '' || reason.trim() === '') {
      setFault(t('common.required'))
      return
    }
    place.mutate(
      { number: number.trim(), reason: reason.trim() },
      {
        onSuccess(hold) {
          if (hold === null) setFault(t('retention.noCase', { number: number.trim() }))
          else onDone()
        },
        onError: (error) => setFault(problemDetail(t, error)),
      },
    )
  }
  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      <Field label={t('case.number')}>
        {(id) => (
          <Input
            id={id}
            data-focus
            placeholder="JJ-20261124-00042"
            value={number}
            onChange={(event) => setNumber(event.target.value)}
          />
        )}
      </Field>
      <Field label={t('retention.reason')} hint={t('retention.reasonHint')}>
        {(id) => (
          <Input.TextArea
            id={id}
            autoSize={{ minRows: 2 }}
            maxLength={500}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
      </Field>
      <FormEnd fault={fault} saving={place.isPending} label={t('retention.hold')} onCancel={onDone} />
    </form>
  )
}
