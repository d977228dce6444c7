import { describe, expect, it, vi } from 'vitest'

import type { CaseStep } from '@/api/cases'
import type { Case, CasePage, CaseRow, CaseStatus } from '@/api/nouns'
import { Problem } from '@/api/problem'

import { currentEntry } from './reviewQueue'
import { ReviewSession, type QueueNews } from './reviewSession'

const PAGE = 50
const RESULT: Readonly<Record<string, CaseStatus>> = {
  undo: 'pending',
  confirm: 'filed',
  merge: 'merged',
  dispatch: 'dispatched',
}

/** Cases as the service keeps them: versions grow, steps from an old version or a wrong state get a 409. */
class Office {
  readonly cases = new Map<string, Case>()
  readonly taken: string[] = []
  broken = false
  /** Nobody answers for the place, so that nothing can be dispatched. */
  unitless = false
  now = 0

  constructor(count: number) {
    for (let index = 0; index < count; index++) this.arrive(String(index).padStart(4, '0'))
  }

  arrive(id: string) {
    const row: CaseRow = {
      id,
      number: `JJ-${id}`,
      status: 'pending',
      kind: 'garbage',
      camera_id: null,
      camera_name: null,
      zone: null,
      photo_id: null,
      confidence: 1,
      suspected: false,
      count: 1,
      occurred_at: '2026-11-24T00:00:00Z',
      created_at: '2026-11-24T00:00:00Z',
      longitude: null,
      latitude: null,
      thumbnail_url: null,
      version: 1,
      area_id: null,
      unit_id: null,
      grade: 'ordinary',
      due_at: null,
      overdue: false,
      escalated_at: null,
      returns: 0,
      reworks: 0,
      relapse_of_id: null,
      merged_into_id: null,
    }
    this.cases.set(id, {
      ...row,
      evidence: [],
      history: [],
      allowed_actions: [],
      undo_until: null,
    } as unknown as Case)
  }

  settle(id: string, status: CaseStatus, actor: string) {
    const found = this.cases.get(id)
    if (found === undefined) throw new Problem(404, 'Not Found')
    const entry = {
      at: '',
      actor,
      action: 'confirm',
      from_status: found.status,
      to_status: status,
      reason: null,
      note: '',
    }
    const updated = {
      ...found,
      status,
      version: found.version + 1,
      history: [...found.history, entry],
    } as Case
    this.cases.set(id, updated)
    return updated
  }

  readonly fetch = (id: string): Promise<Case> => {
    const found = this.cases.get(id)
    return found === undefined ? Promise.reject(new Problem(404, 'Not Found')) : Promise.resolve(found)
  }

  readonly page = (cursor: string | null): Promise<CasePage> => {
    const waiting = [...this.cases.values()].filter(
      (item) => item.status === 'pending' && item.id > (cursor ?? ''),
    )
    const items = waiting.slice(0, PAGE)
    const next = waiting.length > PAGE ? (items.at(-1)?.id ?? null) : null
    return Promise.resolve({ items, next_cursor: next, total: waiting.length })
  }

  readonly take = async (id: string, version: number, step: CaseStep): Promise<Case> => {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 5))
    if (this.broken) throw Problem.unreachable()
    const found = this.cases.get(id)
    if (step.action === 'dispatch' && this.unitless)
      throw new Problem(422, 'Unprocessable', { detail: 'no unit' })
    const wanted: CaseStatus = step.action === 'undo' || step.action === 'dispatch' ? 'filed' : 'pending'
    if (found?.version !== version || found.status !== wanted) {
      const current = {
        status: found?.status,
        version: found?.version,
        decision: found?.history.at(-1) ?? null,
      }
      throw new Problem(409, 'Conflict', { current: { ...current, allowed_actions: [] } })
    }
    this.taken.push(`${step.action} ${id}`)
    return this.settle(id, RESULT[step.action] ?? 'dismissed', 'me')
  }

  async session() {
    const news: QueueNews[] = []
    const session = new ReviewSession({
      page: this.page,
      fetch: this.fetch,
      seenVersion: () => undefined,
      take: this.take,
      changed: () => undefined,
      now: () => this.now,
    })
    session.onNews((item) => news.push(item))
    session.start()
    await vi.waitFor(() => expect(session.state().loading).toBe(false))
    return { session, news, shown: () => currentEntry(session.state().queue)?.row.id }
  }
}

const CONFIRM = { action: 'confirm' } as const

describe('ReviewSession', () => {
  it('settles 200 cases at machine speed, each exactly once, pages loaded on the way', async () => {
    const office = new Office(200)
    const { session, shown } = await office.session()
    const decided: string[] = []
    while (decided.length < 200) {
      await vi.waitFor(() => expect(shown()).toBeDefined())
      decided.push(shown() ?? '')
      session.decide(CONFIRM)
    }
    await vi.waitFor(() => expect(office.taken).toHaveLength(200))
    expect(new Set(decided).size).toBe(200)
    expect([...office.cases.values()].every((item) => item.status === 'filed')).toBe(true)
    expect(session.state().queue.entries).toEqual([])
  })

  it('brings every decision back that a broken net swallowed, and loses none', async () => {
    const office = new Office(20)
    const { session, news, shown } = await office.session()
    office.broken = true
    for (let index = 0; index < 10; index++) session.decide(CONFIRM)
    await vi.waitFor(() => expect(news.filter((item) => item.type === 'undelivered')).toHaveLength(10))
    expect(session.state().queue.entries).toHaveLength(20)
    expect(session.state().queue.settled).toBe(0)
    office.broken = false
    while (shown() !== undefined) session.decide(CONFIRM)
    await vi.waitFor(() => expect(office.taken).toHaveLength(20))
  })

  it('says who was faster, and offers no second decision', async () => {
    const office = new Office(3)
    const { session, news, shown } = await office.session()
    office.settle('0000', 'dismissed', '王审核')
    session.decide(CONFIRM)
    await vi.waitFor(() => expect(news).toHaveLength(1))
    expect(news[0]).toMatchObject({
      type: 'conflict',
      id: '0000',
      current: { decision: { actor: '王审核' } },
    })
    session.show('0000')
    session.decide(CONFIRM)
    expect(shown()).toBe('0000')
    expect(office.taken).toEqual([])
  })

  it('sends an undo after the decision it takes back, however fast the keys', async () => {
    const office = new Office(3)
    const { session, news, shown } = await office.session()
    session.decide(CONFIRM)
    session.undo()
    expect(shown()).toBe('0000')
    session.decide(CONFIRM)
    await vi.waitFor(() => expect(office.taken).toHaveLength(3))
    expect(office.taken).toEqual(['confirm 0000', 'undo 0000', 'confirm 0000'])
    expect(news.map((item) => item.type)).toEqual(['undone'])
  })

  it('undoes nothing on the server where the decision never arrived', async () => {
    const office = new Office(3)
    const { session, shown } = await office.session()
    office.broken = true
    session.decide(CONFIRM)
    session.undo()
    await vi.waitFor(() => expect(session.state().queue.entries[0]?.mark).toEqual({ why: 'undelivered' }))
    office.broken = false
    session.decide(CONFIRM)
    await vi.waitFor(() => expect(office.taken).toEqual(['confirm 0000']))
    expect(shown()).toBe('0001')
  })

  it('refuses to undo after a minute', async () => {
    const office = new Office(2)
    const { session, shown } = await office.session()
    session.decide(CONFIRM)
    office.now = 60_000
    session.undo()
    expect(shown()).toBe('0001')
  })

  it('takes in what arrives and drops what others settle, and leaves the screen alone', async () => {
    const office = new Office(3)
    const { session, shown } = await office.session()
    office.arrive('9999')
    await session.onEvent({ id: '9999', status: 'pending' })
    office.settle('0001', 'filed', '王审核')
    await session.onEvent({ id: '0001', status: 'filed' })
    expect(shown()).toBe('0000')
    expect(session.state().queue.entries.map((entry) => entry.row.id)).toEqual(['0000', '0002', '9999'])
  })

  it('decides on many at once and leaves the others', async () => {
    const office = new Office(6)
    const { session, shown } = await office.session()
    session.decide({ action: 'dismiss', reason: 'duplicate', note: '' }, ['0001', '0003', '0004'])
    await vi.waitFor(() => expect(office.taken).toHaveLength(3))
    expect(office.taken.sort()).toEqual(['dismiss 0001', 'dismiss 0003', 'dismiss 0004'])
    expect(session.state().queue.entries.map((entry) => entry.row.id)).toEqual(['0000', '0002', '0005'])
    expect(shown()).toBe('0000')
  })

  it('merges into another case', async () => {
    const office = new Office(2)
    const { session, shown } = await office.session()
    session.decide({ action: 'merge', into: '0001' })
    await vi.waitFor(() => expect(office.cases.get('0000')?.status).toBe('merged'))
    expect(shown()).toBe('0001')
  })

  it('files and dispatches one after the other', async () => {
    const office = new Office(2)
    const { session, shown } = await office.session()
    session.decide({ action: 'assign' })
    expect(shown()).toBe('0001')
    await vi.waitFor(() => expect(office.taken).toEqual(['confirm 0000', 'dispatch 0000']))
    session.undo()
    expect(shown()).toBe('0001')
  })

  it('leaves a case filed that no unit takes, and says so', async () => {
    const office = new Office(2)
    const { session, news, shown } = await office.session()
    office.unitless = true
    session.decide({ action: 'assign' })
    await vi.waitFor(() => expect(news).toHaveLength(1))
    expect(news[0]).toMatchObject({ type: 'unassigned', id: '0000' })
    expect(office.taken).toEqual(['confirm 0000'])
    expect(shown()).toBe('0001')
  })

  it('brings a case back whose filing did not arrive, and says it once', async () => {
    const office = new Office(2)
    const { session, news } = await office.session()
    office.broken = true
    session.decide({ action: 'assign' })
    await vi.waitFor(() => expect(session.state().queue.entries).toHaveLength(2))
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(news.map((item) => item.type)).toEqual(['undelivered'])
  })

  it('finds after a gap what arrived meanwhile, and leaves the screen alone', async () => {
    const office = new Office(2)
    const { session, shown } = await office.session()
    session.decide(CONFIRM)
    office.arrive('9999')
    session.catchUp()
    await vi.waitFor(() =>
      expect(session.state().queue.entries.map((entry) => entry.row.id)).toEqual(['0001', '9999']),
    )
    expect(shown()).toBe('0001')
  })
})
