import { describe, expect, it } from 'vitest'

import { asQuery, ledgerUrl, readFilter, writeFilter } from './caseFilter'

describe('the filter in the address', () => {
  it.each([
    '',
    'status=pending&status=filed&kind=garbage&only=overdue&only=relapse&camera=gate-1&unit=u1&area=a1&since=2026-11-01&until=2026-11-24&q=0042&order=oldest',
    'q=JJ-20261124',
  ])('comes back as it was written: %s', (address) => {
    expect(writeFilter(readFilter(new URLSearchParams(address))).toString()).toBe(address)
  })

  it.each(['since=yesterday', 'until=2026-13-40', 'order=random', 'only=late'])(
    'leaves out what makes no sense: %s',
    (address) => {
      expect(writeFilter(readFilter(new URLSearchParams(address))).toString()).toBe('')
    },
  )

  it('asks for whole days of the district', () => {
    const query = asQuery(readFilter(new URLSearchParams('since=2026-11-24&until=2026-11-24')))
    expect(query).toEqual({
      order: 'newest',
      since: '2026-11-23T16:00:00.000Z',
      until: '2026-11-24T16:00:00.000Z',
    })
  })

  it('asks for marks and for who answers', () => {
    const query = asQuery(readFilter(new URLSearchParams('only=overdue&only=escalated&unit=u1&area=a1')))
    expect(query).toEqual({ order: 'newest', overdue: true, escalated: true, unit_id: 'u1', area_id: 'a1' })
  })
})

it.each([
  ['kind=garbage&unit=u1', 'format=csv&language=zh&kind=garbage&unit_id=u1'],
  ['kind=garbage&kind=jaywalking', 'format=csv&language=zh'],
  ['since=2026-11-24', 'format=csv&language=zh&since=2026-11-23T16%3A00%3A00.000Z'],
])('a ledger narrowed by %s', (address, query) => {
  expect(ledgerUrl('tasks', readFilter(new URLSearchParams(address)), 'csv', 'zh')).toBe(
    `/api/v1/ledgers/tasks/export?${query}`,
  )
})
