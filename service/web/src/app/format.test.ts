import { describe, expect, it } from 'vitest'

import { formatter, startOfDay } from './format'

describe('formatter', () => {
  const chinese = formatter('zh-CN')
  const english = formatter('en-US')

  it('shows times in the district’s zone, whatever the reader’s is', () => {
    expect(chinese.exact('2026-11-24T16:30:05Z')).toBe('2026年11月25日 00:30:05')
    expect(english.time('2026-11-24T16:30:05Z')).toBe('00:30:05')
  })

  it.each([
    [20, '20 sec. ago'],
    [100, '2 min. ago'],
    [3 * 3600, '3 hr. ago'],
    [86_400, 'yesterday'],
  ])('says %d seconds ago as %s', (seconds, text) => {
    const now = Date.parse('2026-11-24T12:00:00Z')
    expect(english.ago(new Date(now - seconds * 1000).toISOString(), now)).toBe(text)
  })

  it.each([
    [512, '512 byte'],
    [2_400_000, '2.4 MB'],
    [51_200_000_000, '51.2 GB'],
  ])('says %d bytes as %s', (count, text) => {
    expect(english.bytes(count)).toBe(text)
  })
})

it.each([
  [20, '1 min'],
  [3_600, '1 hr'],
  [5_430, '1 hr 31 min'],
  [90_000, '1 day 1 hr'],
  [86_400 * 3 + 60, '3 days'],
])('says a span of %d seconds as %s', (seconds, text) => {
  expect(formatter('en-US').span(seconds)).toBe(text)
})

describe('startOfDay', () => {
  it.each([
    ['2026-11-24', 0, 'Asia/Shanghai', '2026-11-23T16:00:00.000Z'],
    ['2026-12-31', 1, 'Asia/Shanghai', '2026-12-31T16:00:00.000Z'],
    ['2026-07-01', 0, 'Europe/Berlin', '2026-06-30T22:00:00.000Z'],
    ['2026-01-01', 0, 'America/New_York', '2026-01-01T05:00:00.000Z'],
  ])('%s and %d days in %s', (day, offset, zone, utc) => {
    expect(startOfDay(day, offset, zone)).toBe(utc)
  })
})
