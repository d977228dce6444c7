import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState, useSyncExternalStore } from 'react'

import { caseQuery, fetchCases, pendingCountQuery, recountPending, takeStep } from '@/api/cases'
import { useConnection, useLiveEvent } from '@/app/live'

import { preloadEvidence } from './preload'
import { currentEntry, upNext, type ReviewQueue } from './reviewQueue'
import { ReviewSession } from './reviewSession'
import { useQueueNews } from './useQueueNews'

const AHEAD = 3

export interface Review {
  session: ReviewSession
  queue: ReviewQueue
  /** Loading while nothing is on screen yet; later pages load behind the scenes. */
  loading: boolean
  error: unknown
  waiting: number
}

/** The review queue on the server's data, with the cases ahead loaded. */
export function useReviewQueue(): Review {
  const cache = useQueryClient()
  const { data: counted } = useQuery(pendingCountQuery)
  const [session] = useState(
    () =>
      new ReviewSession({
        async page(cursor) {
          const page = await fetchCases({ status: ['pending'], order: 'oldest' }, cursor)
          cache.setQueryData(pendingCountQuery.queryKey, page.total)
          return page
        },
        fetch: (id) => cache.query({ ...caseQuery(id), staleTime: 0 }),
        seenVersion: (id) => cache.getQueryData(caseQuery(id).queryKey)?.version,
        take: takeStep,
        changed(id, updated) {
          if (updated === null) void cache.invalidateQueries({ queryKey: caseQuery(id).queryKey })
          else cache.setQueryData(caseQuery(id).queryKey, updated)
          void cache.invalidateQueries({ queryKey: ['cases'], refetchType: 'none' })
          recountPending(cache)
        },
        now: () => Date.now(),
      }),
  )
  useQueueNews(session)
  const { queue, loading, complete, error } = useSyncExternalStore(session.watch, session.state)

  useEffect(() => session.start(), [session])
  const connection = useConnection()
  const wasLost = useRef(false)
  useEffect(() => {
    if (connection === 'open' && wasLost.current) session.catchUp()
    wasLost.current = connection === 'lost' || (wasLost.current && connection !== 'open')
  }, [connection, session])
  useLiveEvent('case.created', (event) => void session.onEvent(event))
  useLiveEvent('case.updated', (event) => void session.onEvent(event))

  const shown = currentEntry(queue)?.row.id
  const ahead = upNext(queue, AHEAD)
    .map((entry) => entry.row.id)
    .join(' ')
  useEffect(() => {
    for (const id of ahead.split(' ').filter((part) => part !== '')) {
      void cache
        .query({ ...caseQuery(id), staleTime: 'static' })
        .then(preloadEvidence)
        .catch(() => undefined)
    }
  }, [cache, ahead, shown])

  const left = queue.entries.length
  return {
    session,
    queue,
    loading: loading && left === 0,
    error,
    waiting: complete ? left : Math.max(counted ?? 0, left),
  }
}
