import { describe, expect, it } from 'vitest'

import { hoursOf, hoursText, weekdayNames } from './calendar'

describe('working hours', () => {
  it.each([
    ['08:30-12:00, 13:30-17:30', ['08:30-12:00', '13:30-17:30']],
    ['08：30–12：00，13:30至24:00', ['08:30-12:00', '13:30-24:00']],
    ['', []],
    ['8-12', null],
    ['12:00-08:30', null],
    ['08:30-12:60', null],
  ])('%s', (text, hours) => {
    expect(hoursOf(text)).toEqual(hours)
  })

  it('come back as they were written', () => {
    expect(hoursOf(hoursText(['08:30-12:00', '13:30-17:30']))).toEqual(['08:30-12:00', '13:30-17:30'])
  })

  it('begin with Monday', () => {
    expect(weekdayNames('en-US')[0]).toBe('Monday')
    expect(weekdayNames('zh-CN')[6]).toBe('星期日')
  })
})
