import { describe, expect, it } from 'vitest'

import type { Rehearsal, RehearsedOffence } from '@/api/nouns'

import { coverage, triedOffences } from './rehearsed'

const offence = (minute: number, number: string | null): RehearsedOffence => ({
  kind: 'jaywalking',
  started_at: `2026-11-25T04:${minute}:00Z`,
  ended_at: `2026-11-25T04:${minute}:09Z`,
  zone: 'road',
  box: [0.1, 0.2, 0.2, 0.5],
  course: [],
  count: 1,
  confidence: 0.8,
  note: '',
  case: number === null ? null : { id: '01a20f5f-0000-7000-8000-000000000000', number },
})

const REHEARSAL: Rehearsal = {
  since: '2026-11-25T04:00:00Z',
  until: '2026-11-25T05:00:00Z',
  watched_seconds: 900,
  first_at: null,
  last_at: null,
  kinds: [],
  found: [offence(10, 'JJ-1'), offence(30, null)],
  dropped: [offence(20, 'JJ-2')],
  unknown_signals: [],
}

describe('rehearsed offences', () => {
  it('come newest first, with what became of them', () => {
    const tried = triedOffences(REHEARSAL)
    expect(tried.map(({ fate }) => fate)).toEqual(['new', 'dropped', 'same'])
    expect(new Set(tried.map(({ key }) => key)).size).toBe(3)
  })

  it('say how much of the hour was stored', () => {
    expect(coverage(REHEARSAL)).toBe(0.25)
    expect(coverage({ ...REHEARSAL, watched_seconds: 9_999 })).toBe(1)
    expect(coverage({ ...REHEARSAL, since: REHEARSAL.until })).toBe(0)
  })
})
