import { useQueryClient } from '@tanstack/react-query'
import {
  createContext,
  use,
  useEffect,
  useEffectEvent,
  useState,
  useSyncExternalStore,
  type ReactNode,
} from 'react'

import { patchRow, recountPending } from '@/api/cases'
import { reportSessionLost } from '@/api/credentials'
import { EventStream, type Connection, type EventData, type EventType } from '@/api/events'
import type { CaseStatus } from '@/api/nouns'
import { sessionHolds } from '@/api/session'

const StreamContext = createContext<EventStream | null>(null)

/** Keeps one event stream open while somebody is signed in, and refreshes what each event makes old. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const cache = useQueryClient()
  const [stream] = useState(
    () => new EventStream('/api/v1/events', () => void cache.invalidateQueries({ predicate: isLive })),
  )

  useEffect(() => {
    stream.open()
    const refresh = (key: string, id?: unknown) =>
      void cache.invalidateQueries({ queryKey: typeof id === 'string' ? [key, id] : [key] })
    const off = [
      stream.on('case.created', () => recountPending(cache)),
      stream.on('case.updated', ({ id, status, version }) => {
        recountPending(cache)
        if (typeof id !== 'string') return
        refresh('case', id)
        if (isCaseStatus(status) && typeof version === 'number') patchRow(cache, id, { status, version })
      }),
      stream.on('photo.updated', (data) => {
        refresh('photo', data.id)
        refresh('photos')
      }),
      stream.on('camera.status', ({ id }) => {
        refresh('cameras')
        refresh('camera', id)
      }),
      stream.on('alert', () => refresh('system')),
      stream.on('notice.updated', () => refresh('notices')),
    ]
    return () => {
      off.forEach((stop) => stop())
      stream.close()
    }
  }, [cache, stream])

  // A stream that is refused does not say why: ask who we are, and a session that ended shows itself.
  const connection = useSyncExternalStore(stream.watch, stream.connection)
  useEffect(() => {
    if (connection !== 'lost') return
    void sessionHolds().then((holds) => {
      if (!holds) reportSessionLost()
    })
  }, [connection])

  return <StreamContext value={stream}>{children}</StreamContext>
}

const CASE_STATES: readonly unknown[] = Object.keys({
  pending: true,
  filed: true,
  dismissed: true,
  merged: true,
  dispatched: true,
  in_progress: true,
  rectified: true,
  closed: true,
  archived: true,
} satisfies Record<CaseStatus, true>)

function isCaseStatus(value: unknown): value is CaseStatus {
  return CASE_STATES.includes(value)
}

function isLive(query: { queryKey: readonly unknown[] }): boolean {
  return query.queryKey[0] !== 'session' && query.queryKey[0] !== 'catalogue'
}

function useStream(): EventStream {
  const stream = use(StreamContext)
  if (stream === null) throw new Error('live events need a LiveProvider above them')
  return stream
}

/** Do something whenever an event of this type arrives. */
export function useLiveEvent(type: EventType, listener: (data: EventData) => void): void {
  const stream = useStream()
  const onEvent = useEffectEvent(listener)
  useEffect(() => stream.on(type, (data) => onEvent(data)), [stream, type])
}

export function useConnection(): Connection {
  const stream = useStream()
  return useSyncExternalStore(stream.watch, stream.connection)
}
