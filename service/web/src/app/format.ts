import { useMemo } from 'react'

import type { Locale } from '@/messages'

import { useLocale } from './locale'
import { districtZone } from './zone'

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

export interface Format {
  /** Date and time to the minute. */
  dateTime: (iso: string) => string
  /** Date and time to the second, for evidence and history. */
  exact: (iso: string) => string
  date: (iso: string) => string
  /** Month and day, for axes. */
  day: (iso: string) => string
  /** Time of day to the second. */
  time: (iso: string) => string
  /** How long ago, in the largest fitting unit. */
  ago: (iso: string, now?: number) => string
  number: (value: number, digits?: number) => string
  percent: (fraction: number) => string
  bytes: (count: number) => string
  seconds: (count: number) => string
  /** A stretch of time in its two largest units, to the minute. */
  span: (seconds: number) => string
}

/** Formats of one language, all by Intl. */
export function formatter(locale: Locale, timeZone = districtZone()): Format {
  const dateTime = new Intl.DateTimeFormat(locale, {
    timeZone,
    dateStyle: 'medium',
    timeStyle: 'short',
    hourCycle: 'h23',
  })
  const exact = new Intl.DateTimeFormat(locale, {
    timeZone,
    dateStyle: 'medium',
    timeStyle: 'medium',
    hourCycle: 'h23',
  })
  const date = new Intl.DateTimeFormat(locale, { timeZone, dateStyle: 'medium' })
  const day = new Intl.DateTimeFormat(locale, { timeZone, month: 'numeric', day: 'numeric' })
  const time = new Intl.DateTimeFormat(locale, { timeZone, timeStyle: 'medium', hourCycle: 'h23' })
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' })
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 })
  const unit = (value: number, name: string, digits = 0) =>
    new Intl.NumberFormat(locale, {
      style: 'unit',
      unit: name,
      unitDisplay: 'short',
      maximumFractionDigits: digits,
    }).format(value)

  return {
    dateTime: (iso) => dateTime.format(new Date(iso)),
    exact: (iso) => exact.format(new Date(iso)),
    date: (iso) => date.format(new Date(iso)),
    day: (iso) => day.format(new Date(iso)),
    time: (iso) => time.format(new Date(iso)),
    ago(iso, now = Date.now()) {
      const seconds = Math.round((new Date(iso).getTime() - now) / 1000)
      const size = Math.abs(seconds)
      if (size < MINUTE) return relative.format(seconds, 'second')
      if (size < HOUR) return relative.format(Math.round(seconds / MINUTE), 'minute')
      if (size < DAY) return relative.format(Math.round(seconds / HOUR), 'hour')
      return relative.format(Math.round(seconds / DAY), 'day')
    },
    number: (value, digits = 0) =>
      new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value),
    percent: (fraction) => percent.format(fraction),
    bytes(count) {
      const steps = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte']
      const power = count < 1000 ? 0 : Math.min(steps.length - 1, Math.floor(Math.log10(count) / 3))
      return unit(count / 1000 ** power, steps[power] ?? 'byte', power > 1 ? 1 : 0)
    },
    span(seconds) {
      const minutes = Math.max(1, Math.round(seconds / MINUTE))
      const parts: [number, string][] = [
        [Math.floor(minutes / (DAY / MINUTE)), 'day'],
        [Math.floor(minutes / (HOUR / MINUTE)) % 24, 'hour'],
        [minutes % (HOUR / MINUTE), 'minute'],
      ]
      const first = parts.findIndex(([count]) => count > 0)
      return parts
        .slice(first, first + 2)
        .filter(([count]) => count > 0)
        .map(([count, name]) => unit(count, name))
        .join(' ')
    },
    seconds: (count) => (count < 2 * MINUTE ? unit(count, 'second', 1) : unit(count / MINUTE, 'minute', 1)),
  }
}

export function useFormat(): Format {
  const { locale } = useLocale()
  const timeZone = districtZone()
  return useMemo(() => formatter(locale, timeZone), [locale, timeZone])
}

/**
 * When a calendar day of the district begins, as UTC ISO 8601; `offset` days later where given.
 *
 * @param day the day as `YYYY-MM-DD`
 */
export function startOfDay(day: string, offset = 0, timeZone = districtZone()): string {
  const guess = new Date(`${day}T00:00:00Z`)
  guess.setUTCDate(guess.getUTCDate() + offset)
  const shown = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'medium',
  }).format(guess)
  const ahead = new Date(`${shown.replace(' ', 'T')}Z`).getTime() - guess.getTime()
  return new Date(guess.getTime() - ahead).toISOString()
}
