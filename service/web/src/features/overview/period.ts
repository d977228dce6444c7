import { useMemo } from 'react'

import { startOfDay } from '@/app/format'
import { districtZone } from '@/app/zone'
import { useNow } from '@/shared/useNow'

/** Whole days of the district, up to the end of today. */
export interface Period {
  /** `YYYY-MM-DD`. */
  readonly firstDay: string
  /** UTC ISO 8601, as `until`. */
  readonly since: string
  readonly until: string
}

const MINUTE_MS = 60_000

/** The calendar day that it is in a time zone, `YYYY-MM-DD`. */
export function dayIn(timeZone: string, moment: number | string): string {
  // Sweden writes dates as ISO 8601 does.
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(new Date(moment))
}

/** The last so many days of a zone, today among them. */
export function periodUpTo(today: string, days: number, timeZone: string): Period {
  const since = startOfDay(today, 1 - days, timeZone)
  return { firstDay: dayIn(timeZone, since), since, until: startOfDay(today, 1, timeZone) }
}

/** The last so many days; a page that stays open for weeks moves on at the district's midnight, and only then. */
export function usePeriod(days: number): Period {
  const zone = districtZone()
  const today = dayIn(zone, useNow(MINUTE_MS))
  return useMemo(() => periodUpTo(today, days, zone), [today, days, zone])
}
