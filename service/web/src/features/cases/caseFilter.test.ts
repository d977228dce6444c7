import { describe, expect, it } from 'vitest'

import { asQuery, readFilter, writeFilter } from './caseFilter'

describe('the filter in the address', () => {
  it.each([
    '',
    'status=pending&status=filed&kind=garbage&camera=gate-1&since=2026-11-01&until=2026-11-24&q=0042&order=oldest',
    'q=JJ-20261124',
  ])('comes back as it was written: %s', (address) => {
    expect(writeFilter(readFilter(new URLSearchParams(address))).toString()).toBe(address)
  })

  it.each(['since=yesterday', 'until=2026-13-40', 'order=random'])(
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
})
