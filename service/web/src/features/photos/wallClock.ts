import { districtZone } from '@/app/zone'

/**
 * What a clock on the wall of the district shows, as `YYYY-MM-DDTHH:mm`: the form of `<input type="datetime-local">`.
 *
 * @param moment milliseconds since the epoch
 */
export function toWallClock(moment: number, timeZone = districtZone()): string {
  return shown(moment, timeZone).slice(0, 16)
}

/**
 * The moment at which a clock on the wall of the district shows a time; null for a text that is no time.
 *
 * @param text `YYYY-MM-DDTHH:mm` or `YYYY-MM-DDTHH:mm:ss`
 * @returns milliseconds since the epoch
 */
export function fromWallClock(text: string, timeZone = districtZone()): number | null {
  const inUtc = Date.parse(`${text.length === 16 ? `${text}:00` : text}Z`)
  if (Number.isNaN(inUtc)) return null
  // How far the clock is ahead may differ between the guess and the answer, where summer time begins or ends.
  const guess = inUtc - ahead(inUtc, timeZone)
  return inUtc - ahead(guess, timeZone)
}

/** Milliseconds that the district's clocks are ahead of UTC. */
function ahead(moment: number, timeZone: string): number {
  const whole = Math.floor(moment / 1000) * 1000
  return Date.parse(`${shown(whole, timeZone)}Z`) - whole
}

/** `YYYY-MM-DDTHH:mm:ss`: Swedish writes dates as ISO 8601 does. */
function shown(moment: number, timeZone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' })
    .format(moment)
    .replace(' ', 'T')
}
