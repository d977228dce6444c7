import type { Rehearsal, RehearsedOffence } from '@/api/nouns'

/** What became of an offence: reported then and now, only with these zones, or no longer with them. */
export type Fate = 'same' | 'new' | 'dropped'

export interface Tried {
  readonly key: string
  readonly fate: Fate
  readonly offence: RehearsedOffence
}

/** Everything that a rehearsal tells of, newest first. */
export function triedOffences({ found, dropped }: Rehearsal): Tried[] {
  const all: Tried[] = [
    ...found.map((offence, index): Tried => ({
      key: `found ${index}`,
      fate: offence.case === null ? 'new' : 'same',
      offence,
    })),
    ...dropped.map((offence, index): Tried => ({ key: `dropped ${index}`, fate: 'dropped', offence })),
  ]
  return all.sort((one, other) => other.offence.ended_at.localeCompare(one.offence.ended_at))
}

const COLOURS: Readonly<Record<string, string>> = {
  jaywalking: '#5b93ff',
  illegal_parking: '#ffab3d',
  garbage: '#9bd65a',
  cigarette_butt: '#ff6fae',
}

/** The colour of a kind of offence on the picture; the same hues as the case lists, lighter. */
export function offenceColour(kind: string): string {
  return COLOURS[kind] ?? '#b98cff'
}

/** How much of the asked time was stored, 0 to 1. */
export function coverage({ since, until, watched_seconds: watched }: Rehearsal): number {
  const whole = (new Date(until).getTime() - new Date(since).getTime()) / 1000
  return whole <= 0 ? 0 : Math.min(1, watched / whole)
}
