import type { CaseFilter } from '@/api/cases'
import type { CaseStatus, ViolationKind } from '@/api/nouns'
import { startOfDay } from '@/app/format'

export const MARKS = ['overdue', 'escalated', 'relapse'] as const
export type Mark = (typeof MARKS)[number]
export type Order = 'newest' | 'oldest'

/** The filter as the address holds it: days of the district instead of times. */
export interface FilterInAddress {
  status: string[]
  kind: string[]
  camera: string
  unit: string
  area: string
  /** Only cases that have all of these marks. */
  only: Mark[]
  /** First and last day, `YYYY-MM-DD`, both included; empty for open. */
  since: string
  until: string
  number: string
  order: Order
}

export const NO_FILTER: FilterInAddress = {
  status: [],
  kind: [],
  camera: '',
  unit: '',
  area: '',
  only: [],
  since: '',
  until: '',
  number: '',
  order: 'newest',
}

const DAY = /^\d{4}-\d{2}-\d{2}$/
/** What the address calls each text of the filter. */
const NAMES = {
  camera: 'camera',
  unit: 'unit',
  area: 'area',
  since: 'since',
  until: 'until',
  number: 'q',
} as const

export function readFilter(address: URLSearchParams): FilterInAddress {
  const text = (name: string) => address.get(name) ?? ''
  const day = (name: string) =>
    DAY.test(text(name)) && !Number.isNaN(Date.parse(text(name))) ? text(name) : ''
  const only = address.getAll('only')
  return {
    status: address.getAll('status'),
    kind: address.getAll('kind'),
    camera: text('camera'),
    unit: text('unit'),
    area: text('area'),
    only: MARKS.filter((mark) => only.includes(mark)),
    since: day('since'),
    until: day('until'),
    number: text('q'),
    order: address.get('order') === 'oldest' ? 'oldest' : 'newest',
  }
}

export function writeFilter(filter: FilterInAddress): URLSearchParams {
  const address = new URLSearchParams()
  for (const status of filter.status) address.append('status', status)
  for (const kind of filter.kind) address.append('kind', kind)
  for (const mark of filter.only) address.append('only', mark)
  for (const [field, name] of Object.entries(NAMES) as [keyof typeof NAMES, string][]) {
    if (filter[field] !== '') address.set(name, filter[field])
  }
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
    ...(filter.unit === '' ? {} : { unit_id: filter.unit }),
    ...(filter.area === '' ? {} : { area_id: filter.area }),
    ...Object.fromEntries(filter.only.map((mark) => [mark, true])),
    ...(filter.since === '' ? {} : { since: startOfDay(filter.since) }),
    ...(filter.until === '' ? {} : { until: startOfDay(filter.until, 1) }),
    ...(filter.number === '' ? {} : { q: filter.number }),
  }
}

/** The address of a ledger as a spreadsheet, narrowed as the list is; a ledger takes one kind at most. */
export function ledgerUrl(
  ledger: string,
  filter: FilterInAddress,
  format: 'xlsx' | 'csv',
  language: 'zh' | 'en',
): string {
  const wanted = asQuery(filter)
  const query = new URLSearchParams({ format, language })
  if (wanted.kind?.length === 1 && wanted.kind[0] !== undefined) query.set('kind', wanted.kind[0])
  for (const name of ['since', 'until', 'unit_id', 'area_id'] as const) {
    const value = wanted[name]
    if (value !== undefined) query.set(name, value)
  }
  return `/api/v1/ledgers/${ledger}/export?${query.toString()}`
}
