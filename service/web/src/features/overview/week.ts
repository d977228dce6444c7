const DAY_MS = 86_400_000

/** The ISO 8601 week of a day of the calendar, for example `2026-W48`. */
export function weekOf(year: number, month: number, day: number): string {
  // The week belongs to the year of its Thursday.
  const thursday = new Date(Date.UTC(year, month - 1, day))
  thursday.setUTCDate(thursday.getUTCDate() + 4 - (thursday.getUTCDay() || 7))
  const first = Date.UTC(thursday.getUTCFullYear(), 0, 1)
  const number = Math.floor((thursday.getTime() - first) / DAY_MS / 7) + 1
  return `${thursday.getUTCFullYear()}-W${String(number).padStart(2, '0')}`
}

/** The week that it is now in a time zone. */
export function weekNow(timeZone: string, now = new Date()): string {
  const parts = new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(now).split('-')
  const [year = 0, month = 1, day = 1] = parts.map(Number)
  return weekOf(year, month, day)
}

/** So many weeks later, or earlier. */
export function weekAfter(week: string, by: number): string {
  const [year = 0, number = 1] = week.split('-W').map(Number)
  // The fourth of January is always in the first week.
  const day = new Date(Date.UTC(year, 0, 4) + (number - 1 + by) * 7 * DAY_MS)
  return weekOf(day.getUTCFullYear(), day.getUTCMonth() + 1, day.getUTCDate())
}
