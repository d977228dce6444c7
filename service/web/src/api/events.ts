/** What the service tells as it happens. The data of an event names at least what changed. */
export const EVENT_TYPES = [
  'case.created',
  'case.updated',
  'case.viewed',
  'photo.updated',
  'camera.status',
  'camera.snapshot',
  'camera.gap',
  'alert',
  'notice.updated',
] as const
export type EventType = (typeof EVENT_TYPES)[number]
export type EventData = Readonly<Record<string, unknown>>
type Listener = (data: EventData) => void

export type Connection = 'connecting' | 'open' | 'lost'

const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 30_000

/**
 * One stream of server-sent events for the whole console.
 *
 * The browser resumes a broken stream by itself; where it gives up (a refused answer), this opens a new one after a
 * wait that doubles, with jitter so that many consoles do not come back at once. `onGap` tells that events may have
 * been missed, so that lists are asked for again.
 */
export class EventStream {
  private source: EventSource | null = null
  private timer: number | undefined
  private wait = FIRST_WAIT_MS
  private wasLost = false
  private readonly listeners = new Map<EventType, Set<Listener>>()
  private readonly watchers = new Set<() => void>()
  private state: Connection = 'connecting'

  constructor(
    private readonly url: string,
    private readonly onGap: () => void,
  ) {}

  open(): void {
    if (this.source !== null) return
    const source = new EventSource(this.url)
    this.source = source
    source.onopen = () => {
      this.wait = FIRST_WAIT_MS
      this.set('open')
      if (this.wasLost) this.onGap()
      this.wasLost = false
    }
    source.onerror = () => {
      this.wasLost = true
      this.set('lost')
      if (source.readyState === EventSource.CLOSED) this.reopenLater()
    }
    for (const type of EVENT_TYPES) {
      source.addEventListener(type, (event: MessageEvent<string>) => this.tell(type, event.data))
    }
  }

  close(): void {
    window.clearTimeout(this.timer)
    this.source?.close()
    this.source = null
  }

  on(type: EventType, listener: Listener): () => void {
    const group = this.listeners.get(type) ?? new Set()
    this.listeners.set(type, group.add(listener))
    return () => {
      group.delete(listener)
    }
  }

  /** For `useSyncExternalStore`. */
  readonly watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher)
    return () => {
      this.watchers.delete(watcher)
    }
  }
  readonly connection = (): Connection => this.state

  private reopenLater(): void {
    this.close()
    this.timer = window.setTimeout(() => this.open(), this.wait * (0.5 + Math.random()))
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT_MS)
  }

  private set(state: Connection): void {
    this.state = state
    for (const watcher of this.watchers) watcher()
  }

  private tell(type: EventType, text: string): void {
    let data: unknown
    try {
      data = JSON.parse(text)
    } catch {
      console.warn(`event ${type} is no JSON and is left out`)
      return
    }
    if (typeof data !== 'object' || data === null) return
    for (const listener of this.listeners.get(type) ?? []) listener(data as EventData)
  }
}
