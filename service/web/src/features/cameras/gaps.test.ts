import { expect, it } from 'vitest'

import type { Gap } from '@/api/nouns'

import { seenShare } from './gaps'

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
