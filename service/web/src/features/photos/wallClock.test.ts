import { expect, it } from 'vitest'

import { fromWallClock, toWallClock } from './wallClock'

it.each([
  ['Asia/Shanghai', '2026-11-24T12:00', '2026-11-24T04:00:00.000Z'],
  ['UTC', '2026-11-24T12:00', '2026-11-24T12:00:00.000Z'],
  ['America/St_Johns', '2026-11-24T12:00', '2026-11-24T15:30:00.000Z'],
  // Summer time ends at 03:00 on 25 October: one hour of the night before it.
  ['Europe/Berlin', '2026-10-25T00:30', '2026-10-24T22:30:00.000Z'],
  ['Europe/Berlin', '2026-10-25T12:00', '2026-10-25T11:00:00.000Z'],
])('in %s a clock shows %s at %s', (zone, text, moment) => {
  expect(new Date(fromWallClock(text, zone) ?? 0).toISOString()).toBe(moment)
  expect(toWallClock(Date.parse(moment), zone)).toBe(text)
})

it('keeps seconds, and knows what is no time', () => {
  expect(fromWallClock('2026-11-24T12:00:07', 'UTC')).toBe(Date.parse('2026-11-24T12:00:07Z'))
  expect(fromWallClock('0000-00-00T00:00:00', 'UTC')).toBeNull()
  expect(fromWallClock('', 'UTC')).toBeNull()
})
