import { describe, expect, it } from 'vitest'

import type { Camera, Gap } from '@/api/nouns'

import { isBlind, seenShare } from './gaps'

const HOUR = 3_600_000
const NOON = Date.parse('2026-11-25T12:00:00Z')

function gap(from: number, to: number | null, suspended = true): Gap {
  const at = (hour: number) => new Date(NOON + hour * HOUR).toISOString()
  return { started_at: at(from), ended_at: to === null ? null : at(to), suspended } as Gap
}

it.each([
  ['nothing happened', [], 1],
  ['one gap', [gap(1, 2)], 0.9],
  ['gaps overlap', [gap(1, 3), gap(2, 4)], 0.7],
  ['one lies within another', [gap(1, 4), gap(2, 3)], 0.7],
  ['a gap lasts', [gap(9, null)], 0.9],
  ['a gap began before', [gap(-5, 1)], 0.9],
  ['zones were only re-aligned', [gap(0, 10, false)], 1],
])('when %s', (_name, gaps, share) => {
  expect(seenShare(gaps, NOON, NOON + 10 * HOUR)).toBeCloseTo(share, 9)
})

describe('isBlind', () => {
  const status = (state: string) => ({ state }) as Camera['status']
  const gap = (suspended: boolean) => ({ suspended }) as Camera['gap']
  it.each([
    ['runs', true, status('running'), null, false],
    ['runs and was re-aligned', true, status('running'), gap(false), false],
    ['runs and is covered', true, status('running'), gap(true), true],
    ['reconnects', true, status('reconnecting'), null, true],
    ['was never heard of', true, null, null, true],
    ['is switched off', false, status('stopped'), null, false],
  ] as const)('a camera that %s', (_name, enabled, state, reason, blind) => {
    expect(isBlind({ enabled, status: state, gap: reason })).toBe(blind)
  })
})
