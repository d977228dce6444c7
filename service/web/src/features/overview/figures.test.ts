import { describe, expect, it } from 'vitest'

import type { Role } from '@/api/nouns'
import { asQuery, readFilter } from '@/features/cases/caseFilter'

import { FIGURES, figuresOf, meaningOf } from './figures'
import { periodUpTo } from './period'

const PERIOD = periodUpTo('2026-11-30', 30, 'Asia/Shanghai')

describe('figuresOf', () => {
  it.each([
    ['operator', 'pending filed check'],
    ['supervisor', 'filed check overdue escalated'],
    ['administrator', 'pending filed check overdue escalated'],
    ['auditor', ''],
  ] as [Role, string][])('shows a %s what waits for them first', (role, mine) => {
    const figures = figuresOf(role)
    expect(figures.mine.join(' ')).toBe(mine)
    expect([...figures.mine, ...figures.others].toSorted()).toEqual(FIGURES.toSorted())
  })
})

it.each(FIGURES)('leads from the figure %s to the list that it counts', (name) => {
  const { filter, to } = meaningOf(name, 'auditor', PERIOD)
  const { order, ...listed } = asQuery(readFilter(new URL(to, 'https://office').searchParams))
  expect(order).toBe('newest')
  expect(listed).toEqual(filter)
})

it('leads who may review to the queue', () => {
  expect(meaningOf('pending', 'operator', PERIOD).to).toBe('/review')
})
