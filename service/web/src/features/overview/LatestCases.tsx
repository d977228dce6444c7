import { useInfiniteQuery } from '@tanstack/react-query'

import { casesQuery } from '@/api/cases'

import { CaseRows } from './CaseRows'

/** The newest cases. */
export function LatestCases({ shown = 6 }: { shown?: number }) {
  const { data } = useInfiniteQuery(casesQuery({ order: 'newest' }))
  return <CaseRows rows={data?.pages[0]?.items.slice(0, shown) ?? []} />
}
