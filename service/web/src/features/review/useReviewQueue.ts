import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useReducer, useRef, useState } from 'react'

import { caseQuery, conflictOf, fetchCases, pendingCountQuery, takeStep, type CaseStep } from '@/api/cases'
import type { EventData } from '@/api/events'
import type { Case, CurrentCase } from '@/api/nouns'
import { useLiveEvent } from '@/app/live'

import { preloadEvidence } from './preload'
import {
  currentEntry,
  EMPTY_QUEUE,
  reduceQueue,
  undoable,
  upNext,
  type Decided,
  type ReviewQueue,
} from './reviewQueue'

const AHEAD = 3
const FEW_LEFT = 12

/** What the page must tell the operator; it never moves what is on screen. */
export type QueueNews =
  | { type: 'undelivered'; number: string; id: string; error: unknown }
  | { type: 'conflict'; number: string; id: string; current: CurrentCase }
  | { type: 'undoRefused'; number: string; error: unknown }
  | { type: 'undone'; number: string }

export type Decision = Extract<CaseStep, { action: 'confirm' | 'dismiss' }>

export interface Review {
  queue: ReviewQueue
  /** Loading the first page; later pages load behind the scenes. */
  loading: boolean
  error: unknown
  waiting: number
  retry: () => void
  move: (by: 1 | -1) => void
  show: (id: string) => void
  decide: (decision: Decision) => void
  undo: () => void
}

/** The review queue on the server's data: pages, live arrivals, loading ahead, decisions sent behind the screen. */
export function useReviewQueue(onNews: (news: QueueNews) => void): Review {
  const cache = useQueryClient()
  const [queue, dispatch] = useReducer(reduceQueue, EMPTY_QUEUE)
  const [cursor, setCursor] = useState<string | null>(null)
  const [state, setState] = useState<'idle' | 'loading' | 'more' | 'complete'>('loading')
  const [error, setError] = useState<unknown>(null)
  const flights = useRef(new Map<string, Promise<unknown>>())
  const versions = useRef(new Map<string, number>())
  const undelivered = useRef(new Set<string>())
  const { data: counted } = useQuery(pendingCountQuery)

  const load = useCallback(
    async (from: string | null, signal?: AbortSignal) => {
      try {
        const page = await fetchCases({ status: ['pending'], order: 'oldest' }, from, signal)
        dispatch({ type: 'loaded', rows: page.items })
        cache.setQueryData(pendingCountQuery.queryKey, page.total)
        setCursor(page.next_cursor)
        setState(page.next_cursor === null ? 'complete' : 'more')
        setError(null)
      } catch (caught) {
        if (signal?.aborted === true) return
        setError(caught)
        setState('idle')
      }
    },
    [cache],
  )

  useEffect(() => {
    const abort = new AbortController()
    void load(null, abort.signal)
    return () => abort.abort()
  }, [load])

  const left = queue.entries.length
  useEffect(() => {
    if (state !== 'more' || left > FEW_LEFT) return
    setState('loading')
    void load(cursor)
  }, [state, left, cursor, load])

  useLiveEvent('case.created', (event) => void takeIn(event))
  useLiveEvent('case.updated', (event) => void takeIn(event))

  /** Look at a case that changed: it may have arrived, or somebody else may have settled it. */
  async function takeIn({ id, status }: EventData) {
    if (typeof id !== 'string' || queue.decided.some((item) => item.row.id === id)) return
    const known = queue.entries.some((entry) => entry.row.id === id)
    const pending = status === 'pending'
    // Nothing to do for what is there already or was never here; later pages bring what is not loaded yet, in order.
    if (known === pending || (!known && state !== 'complete')) return
    const found = await cache.fetchQuery({ ...caseQuery(id), staleTime: 0 }).catch(() => null)
    if (found === null) return
    versions.current.set(id, found.version)
    if (found.status === 'pending') dispatch({ type: 'arrived', row: found })
    else dispatch({ type: 'settledElsewhere', id, current: settledAs(found) })
  }

  const shown = currentEntry(queue)?.row.id
  const ahead = upNext(queue, AHEAD).map((entry) => entry.row.id).join(' ') // prettier-ignore
  useEffect(() => {
    for (const id of ahead.split(' ').filter((part) => part !== '')) {
      void cache
        .ensureQueryData(caseQuery(id))
        .then(preloadEvidence)
        .catch(() => undefined)
    }
  }, [cache, ahead, shown])

  /** Send a step after those already under way for the same case, with the version they left behind. */
  function send(id: string, version: number, step: CaseStep): Promise<Case> {
    const before = flights.current.get(id) ?? Promise.resolve()
    const flight = before.then(async () => {
      const updated = await takeStep(id, versions.current.get(id) ?? version, step)
      versions.current.set(id, updated.version)
      cache.setQueryData(caseQuery(id).queryKey, updated)
      return updated
    })
    flights.current.set(
      id,
      flight.catch(() => undefined),
    )
    return flight
  }

  function decide(decision: Decision) {
    const entry = currentEntry(queue)
    if (entry === null || entry.mark?.why === 'settled') return
    const { id, number, version } = entry.row
    const seen = cache.getQueryData(caseQuery(id).queryKey)
    undelivered.current.delete(id)
    dispatch({ type: 'decided', id, action: decision.action, at: Date.now() })
    cache.setQueryData(pendingCountQuery.queryKey, (count: number | undefined) =>
      Math.max(0, (count ?? 1) - 1),
    )
    send(id, seen?.version ?? version, decision).catch((caught: unknown) => {
      undelivered.current.add(id)
      const current = conflictOf(caught)
      if (current === null || current.status === 'pending') {
        if (current !== null) versions.current.set(id, current.version)
        dispatch({ type: 'returned', row: entry.row, mark: { why: 'undelivered' } })
        onNews({ type: 'undelivered', number, id, error: caught })
      } else {
        dispatch({ type: 'returned', row: entry.row, mark: { why: 'settled', current, mine: true } })
        onNews({ type: 'conflict', number, id, current })
      }
      void cache.invalidateQueries({ queryKey: ['cases'] })
      void cache.invalidateQueries({ queryKey: caseQuery(id).queryKey })
    })
  }

  function undo() {
    const decided = undoable(queue, Date.now())
    if (decided === null) return
    dispatch({ type: 'undone', id: decided.row.id })
    cache.setQueryData(pendingCountQuery.queryKey, (count: number | undefined) => (count ?? 0) + 1)
    void takeBack(decided)
  }

  async function takeBack(decided: Decided) {
    const { id, number, version } = decided.row
    await flights.current.get(id)
    // The decision never arrived: there is nothing to take back.
    if (undelivered.current.has(id)) return
    try {
      await send(id, version, { action: 'undo' })
      onNews({ type: 'undone', number })
    } catch (caught) {
      dispatch({ type: 'kept', decided })
      onNews({ type: 'undoRefused', number, error: caught })
    }
  }

  return {
    queue,
    loading: state === 'loading' && queue.entries.length === 0,
    error,
    waiting: state === 'complete' ? left : Math.max(counted ?? 0, left),
    retry: () => void load(cursor),
    move: (by) => dispatch({ type: 'moved', by }),
    show: (id) => dispatch({ type: 'shown', id }),
    decide,
    undo,
  }
}

function settledAs(found: Case): CurrentCase {
  const { status, version, allowed_actions, history } = found
  return { status, version, allowed_actions, decision: history.at(-1) ?? null }
}
