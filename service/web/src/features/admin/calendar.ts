const SPAN = /^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$/

/** The hours of a day as people write them. */
export function hoursText(hours: readonly string[]): string {
  return hours.join(', ')
}

/** What people wrote as the API takes it; an empty text is a day off, null what cannot be read. */
export function hoursOf(text: string): string[] | null {
  const spans = text
    .split(/[,，;；、]/)
    .map((span) =>
      span
        .trim()
        .replaceAll('：', ':')
        .replace(/\s*[–—~～至]\s*/, '-'),
    )
    .filter((span) => span !== '')
  return spans.every((span) => SPAN.test(span) && span.slice(0, 5) < span.slice(6)) ? spans : null
}

/** Monday to Sunday in a language. */
export function weekdayNames(locale: string): string[] {
  const format = new Intl.DateTimeFormat(locale, { weekday: 'long', timeZone: 'UTC' })
  // 2026-11-23 is a Monday.
  return Array.from({ length: 7 }, (_, day) => format.format(new Date(Date.UTC(2026, 10, 23 + day))))
}
