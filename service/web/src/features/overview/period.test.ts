import { expect, it } from 'vitest'

import { dayIn, periodUpTo } from './period'

it('knows the day of the district, wherever the reader is', () => {
  expect(dayIn('Asia/Shanghai', '2026-11-29T15:59:00Z')).toBe('2026-11-29')
  expect(dayIn('Asia/Shanghai', '2026-11-29T16:00:00Z')).toBe('2026-11-30')
})

it('takes whole days of the district, today among them', () => {
  expect(periodUpTo('2026-11-30', 30, 'Asia/Shanghai')).toEqual({
    firstDay: '2026-11-01',
    since: '2026-10-31T16:00:00.000Z',
    until: '2026-11-30T16:00:00.000Z',
  })
})

it('keeps to midnight where the clocks change within', () => {
  // Berlin went from UTC+2 to UTC+1 on 25 October 2026.
  expect(periodUpTo('2026-10-26', 7, 'Europe/Berlin')).toEqual({
    firstDay: '2026-10-20',
    since: '2026-10-19T22:00:00.000Z',
    until: '2026-10-26T23:00:00.000Z',
  })
})
