import { useQuery } from '@tanstack/react-query'
import { Button, DatePicker, Input, Select } from 'antd'
import dayjs from 'dayjs'
import { Plus, Trash2 } from 'lucide-react'
import { useState } from 'react'

import { useReplaceCalendar } from '@/api/calendars'
import type { Calendar } from '@/api/nouns'
import { calendarsQuery } from '@/api/standards'
import { useLocale, useMessages } from '@/app/locale'
import { useSession } from '@/features/session/session'
import styles from '@/shared/DataTable.module.css'
import { EmptyState } from '@/shared/EmptyState'
import { Field } from '@/shared/Field'
import { problemDetail, problemText } from '@/shared/problemText'
import { useToasts } from '@/shared/Toasts'

import admin from './AdminPage.module.css'
import { hoursOf, hoursText, weekdayNames } from './calendar'

/** Working hours, holidays and make-up working days: what units' time is counted in. */
export default function CalendarsPage() {
  const t = useMessages()
  const calendars = useQuery(calendarsQuery)
  const { user } = useSession()
  const [extra, setExtra] = useState<Calendar | null>(null)
  const shown = [...(calendars.data ?? []), ...(extra === null ? [] : [extra])]
  return (
    <div className={styles.page}>
      <header className={styles.header}>
        <div>
          <h1>{t('calendars.title')}</h1>
          <p>{t('calendars.hint')}</p>
        </div>
        {user.role === 'administrator' && extra === null ? (
          <Button
            type="primary"
            icon={<Plus size={16} />}
            onClick={() => setExtra(newCalendar(calendars.data ?? [], t('calendars.new')))}
          >
            {t('calendars.add')}
          </Button>
        ) : null}
      </header>
      {calendars.error === null ? null : <EmptyState title={problemText(t, calendars.error)} />}
      <div className={admin.wideCards}>
        {shown.map((calendar) => (
          <CalendarCard
            key={calendar.id}
            calendar={calendar}
            fresh={calendar === extra}
            onSaved={() => setExtra(null)}
          />
        ))}
      </div>
    </div>
  )
}

function newCalendar(known: readonly Calendar[], name: string): Calendar {
  const like = known[0]
  let number = known.length + 1
  while (known.some(({ id }) => id === `calendar-${number}`)) number++
  return {
    id: `calendar-${number}`,
    name,
    week:
      like?.week ?? Array.from({ length: 7 }, (_, day) => (day < 5 ? ['08:30-12:00', '13:30-17:30'] : [])),
    days: like?.days ?? [],
    updated_at: new Date().toISOString(),
  }
}

interface CardProps {
  calendar: Calendar
  fresh: boolean
  onSaved: () => void
}

function CalendarCard({ calendar, fresh, onSaved }: CardProps) {
  const t = useMessages()
  const { locale } = useLocale()
  const { user } = useSession()
  const toasts = useToasts()
  const save = useReplaceCalendar()
  const [name, setName] = useState(calendar.name)
  const [week, setWeek] = useState(() => calendar.week.map(hoursText))
  const [days, setDays] = useState(calendar.days)
  const years = [...new Set(days.map(({ day }) => day.slice(0, 4)))].sort()
  const [year, setYear] = useState(
    () => years.find((one) => one === String(new Date().getFullYear())) ?? years[0],
  )
  const locked = user.role !== 'administrator'
  const parsed = week.map(hoursOf)
  const broken = parsed.some((hours) => hours === null)
  const changed =
    fresh ||
    name !== calendar.name ||
    JSON.stringify(week) !== JSON.stringify(calendar.week.map(hoursText)) ||
    JSON.stringify(days) !== JSON.stringify(calendar.days)

  const reset = () => {
    setName(calendar.name)
    setWeek(calendar.week.map(hoursText))
    setDays(calendar.days)
  }
  const submit = () =>
    save.mutate(
      { id: calendar.id, name: name.trim(), week: parsed.map((hours) => hours ?? []), days },
      {
        onSuccess() {
          toasts.show({ text: t('common.saved'), tone: 'good' })
          onSaved()
        },
      },
    )

  return (
    <section className={admin.card}>
      <h2>
        {calendar.name} <small className={admin.muted}>{calendar.id}</small>
      </h2>
      <div className={styles.form}>
        <Field label={t('units.name')}>
          {(id) => (
            <Input
              id={id}
              maxLength={100}
              disabled={locked}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <span className={styles.label}>{t('calendars.week')}</span>
        <small>{t('calendars.weekHint')}</small>
        <ul className={admin.week}>
          {weekdayNames(locale).map((weekday, index) => (
            <li key={weekday}>
              <span>{weekday}</span>
              <Input
                aria-label={weekday}
                disabled={locked}
                placeholder={t('calendars.off')}
                value={week[index] ?? ''}
                {...(parsed[index] === null ? { status: 'error' as const } : {})}
                onChange={(event) => setWeek(week.with(index, event.target.value))}
              />
            </li>
          ))}
        </ul>
        <div className={admin.daysHead}>
          <span className={styles.label}>{t('calendars.days')}</span>
          {years.length === 0 ? null : (
            <Select
              aria-label={t('calendars.year')}
              value={year ?? null}
              onChange={setYear}
              options={years.map((value) => ({ value, label: value }))}
            />
          )}
        </div>
        <ul className={admin.days}>
          {days.map((day, index) =>
            day.day.startsWith(year ?? '') ? (
              <li key={index}>
                <DatePicker
                  aria-label={t('calendars.day')}
                  disabled={locked}
                  allowClear={false}
                  value={dayjs(day.day)}
                  onChange={(at) => {
                    if (at !== null) setDays(days.with(index, { ...day, day: at.format('YYYY-MM-DD') }))
                  }}
                />
                <Input
                  aria-label={t('units.name')}
                  disabled={locked}
                  value={day.name}
                  maxLength={100}
                  onChange={(event) => setDays(days.with(index, { ...day, name: event.target.value }))}
                />
                <Select
                  aria-label={`${t('calendars.working')} / ${t('calendars.holiday')}`}
                  disabled={locked}
                  value={day.working}
                  options={[
                    { value: true, label: t('calendars.working') },
                    { value: false, label: t('calendars.holiday') },
                  ]}
                  onChange={(working: boolean) => setDays(days.with(index, { ...day, working }))}
                />
                {locked ? null : (
                  <Button
                    type="text"
                    aria-label={t('calendars.remove', { day: day.day })}
                    icon={<Trash2 size={16} />}
                    onClick={() => setDays(days.toSpliced(index, 1))}
                  />
                )}
              </li>
            ) : null,
          )}
        </ul>
        {locked ? null : (
          <Button
            icon={<Plus size={16} />}
            onClick={() => {
              const day = freeDay(days.map((one) => one.day))
              setDays([...days, { day, working: false, name: t('calendars.holiday') }])
              setYear(day.slice(0, 4))
            }}
          >
            {t('calendars.addDay')}
          </Button>
        )}
        {save.error === null ? null : (
          <p role="alert" className={styles.fault}>
            {problemDetail(t, save.error)}
          </p>
        )}
        {locked ? null : (
          <footer>
            <Button disabled={!changed || fresh} onClick={reset}>
              {t('common.discard')}
            </Button>
            <Button type="primary" disabled={!changed || broken} loading={save.isPending} onClick={submit}>
              {t('common.save')}
            </Button>
          </footer>
        )}
      </div>
    </section>
  )
}

/** The first day from today on that is not in the list. */
function freeDay(taken: readonly string[]): string {
  let day = dayjs()
  while (taken.includes(day.format('YYYY-MM-DD'))) day = day.add(1, 'day')
  return day.format('YYYY-MM-DD')
}
