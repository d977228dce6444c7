import type { CaseFilter } from '@/api/cases'
import type { CaseStatus, ViolationKind } from '@/api/nouns'
import { startOfDay } from '@/app/format'

/** The filter as the address holds it: days of the district instead of times. */
export interface FilterInAddress {
  status: string[]
  kind: string[]
  camera: string
  /** First and last day, `YYYY-MM-DD`, both included; empty for open. */
  since: string
  until: string
  number: string
  order: 'newest' | 'oldest'
}

const DAY = /^\d{4}-\d{2}-\d{2}$/

export function readFilter(address: URLSearchParams): FilterInAddress {
  const day = (name: string) => {
    const text = address.get(name) ?? ''
    return DAY.test(text) && !Number.isNaN(Date.parse(text)) ? text : ''
  }
  return {
    status: address.getAll('status'),
    kind: address.getAll('kind'),
    camera: address.get('camera') ?? '',
    since: day('since'),
    until: day('until'),
    number: address.get('q') ?? '',
    order: address.get('order') === 'oldest' ? 'oldest' : 'newest',
  }
}

export function writeFilter(filter: FilterInAddress): URLSearchParams {
  const address = new URLSearchParams()
  for (const status of filter.status) address.append('status', status)
  for (const kind of filter.kind) address.append('kind', kind)
  if (filter.camera !== '') address.set('camera', filter.camera)
  if (filter.since !== '') address.set('since', filter.since)
  if (filter.until !== '') address.set('until', filter.until)
  if (filter.number !== '') address.set('q', filter.number)
  if (filter.order === 'oldest') address.set('order', 'oldest')
  return address
}

/** What to ask the server; `until` is the day after the last one, since the API's end is open. */
export function asQuery(filter: FilterInAddress): CaseFilter {
  return {
    order: filter.order,
    // Codes come from the server's catalogue or an old address; one that is unknown gets the server's 422.
    ...(filter.status.length > 0 ? { status: filter.status as CaseStatus[] } : {}),
    ...(filter.kind.length > 0 ? { kind: filter.kind as ViolationKind[] } : {}),
    ...(filter.camera === '' ? {} : { camera_id: filter.camera }),
    ...(filter.since === '' ? {} : { since: startOfDay(filter.since) }),
    ...(filter.until === '' ? {} : { until: startOfDay(filter.until, 1) }),
    ...(filter.number === '' ? {} : { q: filter.number }),
  }
}
