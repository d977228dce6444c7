import type { CaseRow, CurrentCase } from '@/api/nouns'

/** Why a case is in the queue although somebody decided on it. */
export type Mark = { why: 'undelivered' } | { why: 'settled'; current: CurrentCase; mine: boolean }

export interface Entry {
  readonly row: CaseRow
  readonly mark: Mark | null
}

export type DecisionName = 'confirm' | 'dismiss' | 'merge' | 'assign'

export interface Decided {
  readonly row: CaseRow
  readonly action: DecisionName
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** The cases that wait on this operator's screen, in order, and those just decided. */
export interface ReviewQueue {
  readonly entries: readonly Entry[]
  /** Index of the case on screen; -1 while there is none. */
  readonly index: number
  /** Newest last; what can be undone. */
  readonly decided: readonly Decided[]
  /** How many this operator settled since the page was opened. */
  readonly settled: number
}

export type QueueAction =
  | { type: 'loaded'; rows: readonly CaseRow[] }
  | { type: 'arrived'; row: CaseRow }
  | { type: 'decided'; id: string; action: DecisionName; at: number }
  | { type: 'undone'; id: string }
  | { type: 'returned'; row: CaseRow; mark: Mark }
  | { type: 'kept'; decided: Decided }
  | { type: 'settledElsewhere'; id: string; current: CurrentCase }
  | { type: 'dropped'; id: string }
  | { type: 'moved'; by: 1 | -1 }
  | { type: 'shown'; id: string }

export const EMPTY_QUEUE: ReviewQueue = { entries: [], index: -1, decided: [], settled: 0 }

/** How long the server lets people take a decision back. */
export const UNDO_MS = 60_000

export function currentEntry(queue: ReviewQueue): Entry | null {
  return queue.entries[queue.index] ?? null
}

/** The entries after the one on screen, going round at the end. */
export function upNext(queue: ReviewQueue, count: number): Entry[] {
  const { entries, index } = queue
  return [...entries.slice(index + 1), ...entries.slice(0, Math.max(index, 0))].slice(0, count)
}

/**
 * The decision that an undo would take back at this time, if there is one. Two steps were taken where a case was sent to
 * a unit too; the server takes back one, so that belongs on the case's own page.
 */
export function undoable(queue: ReviewQueue, now: number): Decided | null {
  const last = lastDecided(queue, now)
  return last?.action === 'assign' ? null : last
}

/** The decision of the last minute, for the bar that tells of it. */
export function lastDecided(queue: ReviewQueue, now: number): Decided | null {
  const last = queue.decided.at(-1)
  return last !== undefined && now - last.at < UNDO_MS ? last : null
}

export function reduceQueue(queue: ReviewQueue, action: QueueAction): ReviewQueue {
  switch (action.type) {
    case 'loaded':
      return append(queue, action.rows)
    case 'arrived':
      return append(queue, [action.row])
    case 'decided':
      return decide(queue, action.id, action.action, action.at)
    case 'undone': {
      const undone = queue.decided.find((item) => item.row.id === action.id)
      if (undone === undefined) return queue
      const rest = { ...forget(queue, action.id), settled: queue.settled - 1 }
      return insert(rest, { row: undone.row, mark: null }, Math.max(rest.index, 0), true)
    }
    case 'returned': {
      const at = queue.entries.findIndex((entry) => entry.row.id === action.row.id)
      if (at !== -1) return replace(queue, at, { row: action.row, mark: action.mark })
      const wasMine = queue.decided.some((item) => item.row.id === action.row.id)
      const rest = { ...forget(queue, action.row.id), settled: queue.settled - (wasMine ? 1 : 0) }
      return insert(rest, { row: action.row, mark: action.mark }, queue.index + 1, false)
    }
    case 'kept': {
      const rest = remove(queue, action.decided.row.id)
      return { ...rest, settled: rest.settled + 1 }
    }
    case 'settledElsewhere': {
      const at = queue.entries.findIndex((entry) => entry.row.id === action.id)
      if (at === -1) return queue
      if (at !== queue.index) return remove(queue, action.id)
      const entry = queue.entries[at]
      if (entry === undefined || entry.mark?.why === 'settled') return queue
      return replace(queue, at, {
        row: entry.row,
        mark: { why: 'settled', current: action.current, mine: false },
      })
    }
    case 'dropped':
      return remove(queue, action.id)
    case 'moved': {
      const index = queue.index + action.by
      return index < 0 || index >= queue.entries.length ? queue : leave(queue, index)
    }
    case 'shown': {
      const index = queue.entries.findIndex((entry) => entry.row.id === action.id)
      return index === -1 ? queue : leave(queue, index)
    }
  }
}

/** Go to another case; one that somebody else settled goes away once nobody looks at it. */
function leave(queue: ReviewQueue, index: number): ReviewQueue {
  const left = currentEntry(queue)
  const moved = { ...queue, index }
  return left?.mark?.why === 'settled' && index !== queue.index ? remove(moved, left.row.id) : moved
}

function append(queue: ReviewQueue, rows: readonly CaseRow[]): ReviewQueue {
  const known = new Set([
    ...queue.entries.map((entry) => entry.row.id),
    ...queue.decided.map((item) => item.row.id),
  ])
  const fresh = rows.filter((row) => !known.has(row.id)).map((row) => ({ row, mark: null }))
  if (fresh.length === 0) return queue
  return { ...queue, entries: [...queue.entries, ...fresh], index: Math.max(queue.index, 0) }
}

function decide(queue: ReviewQueue, id: string, action: Decided['action'], at: number): ReviewQueue {
  const entry = queue.entries.find((candidate) => candidate.row.id === id)
  if (entry === undefined) return queue
  const rest = remove(queue, id)
  return { ...rest, decided: [...rest.decided, { row: entry.row, action, at }], settled: rest.settled + 1 }
}

function insert(queue: ReviewQueue, entry: Entry, at: number, show: boolean): ReviewQueue {
  const entries = [...queue.entries.slice(0, at), entry, ...queue.entries.slice(at)]
  const moved = queue.index === -1 ? 0 : queue.index + (at <= queue.index ? 1 : 0)
  return { ...queue, entries, index: show ? at : moved }
}

function replace(queue: ReviewQueue, at: number, entry: Entry): ReviewQueue {
  return { ...queue, entries: queue.entries.with(at, entry) }
}

/** Take a case out; the one after it comes on screen, or the first when it was the last. */
function remove(queue: ReviewQueue, id: string): ReviewQueue {
  const at = queue.entries.findIndex((entry) => entry.row.id === id)
  if (at === -1) return queue
  const entries = queue.entries.filter((_, position) => position !== at)
  let index = at < queue.index ? queue.index - 1 : queue.index
  if (index >= entries.length) index = entries.length === 0 ? -1 : 0
  return { ...queue, entries, index }
}

function forget(queue: ReviewQueue, id: string): ReviewQueue {
  return { ...queue, decided: queue.decided.filter((item) => item.row.id !== id) }
}
