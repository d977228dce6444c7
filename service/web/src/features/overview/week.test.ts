import { expect, it } from 'vitest'

import { weekAfter, weekNow, weekOf } from './week'

it.each([
  [2026, 11, 25, '2026-W48'],
  [2026, 12, 31, '2026-W53'],
  [2027, 1, 3, '2026-W53'],
  [2027, 1, 4, '2027-W01'],
  [2024, 12, 30, '2025-W01'],
])('%d-%d-%d is in %s', (year, month, day, week) => {
  expect(weekOf(year, month, day)).toBe(week)
})

it('counts the day of the district', () => {
  // Monday has begun in Shanghai, it is still Sunday in London.
  expect(weekNow('Asia/Shanghai', new Date('2026-11-22T18:00:00Z'))).toBe('2026-W48')
  expect(weekNow('Europe/London', new Date('2026-11-22T18:00:00Z'))).toBe('2026-W47')
})

it.each([
  ['2026-W48', -1, '2026-W47'],
  ['2026-W53', 1, '2027-W01'],
  ['2027-W01', -1, '2026-W53'],
])('%s and %d is %s', (week, by, other) => {
  expect(weekAfter(week, by)).toBe(other)
})
