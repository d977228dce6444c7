import { conflictOf, type CaseStep } from '@/api/cases'
import type { EventData } from '@/api/events'
import type { Case, CasePage, CurrentCase } from '@/api/nouns'

import {
  currentEntry,
  EMPTY_QUEUE,
  reduceQueue,
  undoable,
  type Decided,
  type Entry,
  type QueueAction,
  type ReviewQueue,
} from './reviewQueue'

/** What an operator decides about a pending case; `assign` files it and sends it to the unit in charge. */
export type Decision =
  Extract<CaseStep, { action: 'dismiss' | 'merge' }> | { action: 'confirm' } | { action: 'assign' }

/** What the page must tell the operator; it never moves what is on screen. */
export type QueueNews =
  | { type: 'undelivered'; number: string; id: string; error: unknown }
  | { type: 'conflict'; number: string; id: string; current: CurrentCase }
  | { type: 'unassigned'; number: string; id: string; error: unknown }
  | { type: 'undoRefused'; number: string; error: unknown }
  | { type: 'undone'; number: string }

export interface Snapshot {
  readonly queue: ReviewQueue
  readonly loading: boolean
  /** Whether all that waits is in the queue; else the server counts. */
  readonly complete: boolean
  readonly error: unknown
}

/** The server, as the queue needs it. */
export interface ReviewTools {
  /** One page of pending cases, oldest first. */
  page: (cursor: string | null) => Promise<CasePage>
  /** A case as it is now. */
  fetch: (id: string) => Promise<Case>
  /** The version of a case that the operator saw, where its detail was loaded. */
  seenVersion: (id: string) => number | undefined
  take: (id: string, version: number, step: CaseStep) => Promise<Case>
  /** Something changed on the server: keep the answer, or look again. */
  changed: (id: string, updated: Case | null) => void
  now: () => number
}

const FEW_LEFT = 12

/**
 * One operator's way through the queue: pages behind the screen, live arrivals, decisions that show at once and are sent
 * behind it, and come back when they did not arrive. Steps on one case are sent one after the other.
 */
export class ReviewSession {
  private snapshot: Snapshot = { queue: EMPTY_QUEUE, loading: true, complete: false, error: null }
  private cursor: string | null = null
  /** Per case, whether its last step arrived. */
  private readonly flights = new Map<string, Promise<boolean>>()
  private readonly versions = new Map<string, number>()
  private readonly attempts = new Map<string, number>()
  private readonly watchers = new Set<() => void>()
  private started = false

  private readonly readers = new Set<(news: QueueNews) => void>()

  constructor(private readonly tools: ReviewTools) {}

  onNews(reader: (news: QueueNews) => void): () => void {
    this.readers.add(reader)
    return () => {
      this.readers.delete(reader)
    }
  }

  /** For `useSyncExternalStore`. */
  readonly watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher)
    return () => {
      this.watchers.delete(watcher)
    }
  }
  readonly state = (): Snapshot => this.snapshot

  start(): void {
    if (this.started) return
    this.started = true
    void this.load()
  }

  /** Load the next page; also the way to try again after an error. */
  async load(): Promise<void> {
    this.set({ loading: true, error: null })
    try {
      const page = await this.tools.page(this.cursor)
      this.cursor = page.next_cursor
      this.set({ loading: false, complete: page.next_cursor === null })
      this.apply({ type: 'loaded', rows: page.items })
    } catch (error) {
      this.set({ loading: false, error })
    }
  }

  /** Events may have been missed: look through what waits from the beginning; what is here already stays as it is. */
  catchUp(): void {
    if (!this.started || this.snapshot.loading) return
    this.cursor = null
    void this.load()
  }

  move(by: 1 | -1): void {
    this.apply({ type: 'moved', by })
  }

  show(id: string): void {
    this.apply({ type: 'shown', id })
  }

  /** Look at a case that changed: it may have arrived, or somebody else may have settled it. */
  async onEvent({ id, status }: EventData): Promise<void> {
    const { queue, complete } = this.snapshot
    if (typeof id !== 'string' || queue.decided.some((item) => item.row.id === id)) return
    const known = queue.entries.some((entry) => entry.row.id === id)
    const pending = status === 'pending'
    // Nothing to do for what is there already or was never here; later pages bring what is not loaded yet, in order.
    if (known === pending || (!known && !complete)) return
    const found = await this.tools.fetch(id).catch(() => null)
    if (found === null) return
    this.versions.set(id, found.version)
    if (found.status === 'pending') this.apply({ type: 'arrived', row: found })
    else this.apply({ type: 'settledElsewhere', id, current: settledAs(found) })
  }

  /** Decide on the case on screen, or on these: they leave the queue at once. */
  decide(decision: Decision, ids?: readonly string[]): void {
    const { queue } = this.snapshot
    const shown = currentEntry(queue)
    const chosen = ids === undefined ? [shown] : queue.entries.filter((entry) => ids.includes(entry.row.id))
    for (const entry of chosen) {
      if (entry !== null && entry.mark?.why !== 'settled') this.decideOn(entry, decision)
    }
  }

  private decideOn(entry: Entry, decision: Decision): void {
    const { id, number, version } = entry.row
    const attempt = (this.attempts.get(id) ?? 0) + 1
    this.attempts.set(id, attempt)
    this.apply({ type: 'decided', id, action: decision.action, at: this.tools.now() })
    const seen = this.tools.seenVersion(id) ?? version
    const first: CaseStep = decision.action === 'assign' ? { action: 'confirm' } : decision
    const sent = this.send(id, seen, first)
    if (decision.action === 'assign') {
      // Filed is filed: where the case cannot be dispatched, it does not come back to be reviewed.
      const dispatched = sent.then(() => this.send(id, seen, { action: 'dispatch' }))
      const filed = sent.then(
        () => true,
        () => false,
      )
      dispatched.catch(async (error: unknown) => {
        if (await filed) this.tell({ type: 'unassigned', number, id, error })
      })
    }
    sent.catch((error: unknown) => {
      // The operator took it back and decided again meanwhile: that decision is on its way behind this one.
      if (this.attempts.get(id) !== attempt) return
      const current = conflictOf(error)
      if (current === null || current.status === 'pending') {
        if (current !== null) this.versions.set(id, current.version)
        this.apply({ type: 'returned', row: entry.row, mark: { why: 'undelivered' } })
        this.tell({ type: 'undelivered', number, id, error })
      } else {
        this.apply({ type: 'returned', row: entry.row, mark: { why: 'settled', current, mine: true } })
        this.tell({ type: 'conflict', number, id, current })
      }
      this.tools.changed(id, null)
    })
  }

  /** Take back the last decision of the last minute. The case is on screen at once. */
  undo(): void {
    const decided = undoable(this.snapshot.queue, this.tools.now())
    if (decided === null) return
    this.apply({ type: 'undone', id: decided.row.id })
    void this.takeBack(decided)
  }

  private async takeBack(decided: Decided): Promise<void> {
    const { id, number, version } = decided.row
    try {
      const undone = await this.send(id, version, { action: 'undo' })
      if (undone !== null) this.tell({ type: 'undone', number })
    } catch (error) {
      this.apply({ type: 'kept', decided })
      this.tools.changed(id, null)
      this.tell({ type: 'undoRefused', number, error })
    }
  }

  /**
   * Send a step after those already under way for the same case, with the version they left behind. An undo of a
   * decision that never arrived has nothing to take back: null.
   */
  private send(id: string, version: number, step: CaseStep): Promise<Case | null> {
    const before = this.flights.get(id) ?? Promise.resolve(true)
    const flight = before.then(async (arrived) => {
      if (step.action === 'undo' && !arrived) return null
      const updated = await this.tools.take(id, this.versions.get(id) ?? version, step)
      this.versions.set(id, updated.version)
      this.tools.changed(id, updated)
      return updated
    })
    const arrived = flight.then(
      (updated) => updated !== null,
      () => false,
    )
    this.flights.set(id, arrived)
    return flight
  }

  private apply(action: QueueAction): void {
    this.set({ queue: reduceQueue(this.snapshot.queue, action) })
    const { queue, loading, complete, error } = this.snapshot
    if (!loading && !complete && error === null && queue.entries.length < FEW_LEFT) void this.load()
  }

  private tell(news: QueueNews): void {
    for (const reader of this.readers) reader(news)
  }

  private set(change: Partial<Snapshot>): void {
    this.snapshot = { ...this.snapshot, ...change }
    for (const watcher of this.watchers) watcher()
  }
}

function settledAs(found: Case): CurrentCase {
  const { status, version, allowed_actions, history } = found
  return { status, version, allowed_actions, decision: history.at(-1) ?? null }
}
