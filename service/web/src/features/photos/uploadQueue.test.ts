import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import type { Photo } from '@/api/nouns'
import type { uploadPhoto } from '@/api/photoUpload'
import { Problem } from '@/api/problem'

import { NOTHING_SEEN, type Seen } from './exif'
import type { PhotoStore, StoredPhoto } from './photoStore'
import { draftsOf } from './problems'
import type { Facts } from './upload'
import { UploadQueue, type UploadTools } from './uploadQueue'

const HERE = { longitude: 117.2, latitude: 39.13 }
const THERE = { longitude: 117.25, latitude: 39.13 }
const NOON = Date.parse('2026-11-24T04:00:00Z')
const ALBUM = { useDevice: false, fresh: false }
const file = (name: string) => new File(['x'], name, { type: 'image/jpeg' })
const photo = (id: string) => ({ id }) as Photo

type Send = typeof uploadPhoto

function queueWith(send: Send, tools: Partial<UploadTools> = {}) {
  return new UploadQueue({
    read: () => Promise.resolve(NOTHING_SEEN),
    locate: () => Promise.resolve(HERE),
    send,
    store: new MemoryStore(),
    now: () => NOON,
    ...tools,
  })
}

/** Photos kept over the life of a queue, as the browser keeps them over a restart. */
class MemoryStore implements PhotoStore {
  readonly photos = new Map<string, StoredPhoto>()
  save = (photo: StoredPhoto) => Promise.resolve(void this.photos.set(photo.key, photo))
  amend = (key: string, facts: Facts) => {
    const kept = this.photos.get(key)
    if (kept !== undefined) this.photos.set(key, { ...kept, facts })
    return Promise.resolve()
  }
  drop = (key: string) => Promise.resolve(void this.photos.delete(key))
  of = (owner: string) => Promise.resolve([...this.photos.values()].filter((photo) => photo.owner === owner))
}

const states = (queue: UploadQueue) => queue.all().map((upload) => `${upload.file.name} ${upload.state}`)
/** The names of the photos of each draft. */
const drafts = (queue: UploadQueue) =>
  draftsOf(queue.all()).map(({ uploads }) =>
    uploads
      .map((upload) => upload.file.name)
      .sort()
      .join(' '),
  )

async function readAll(queue: UploadQueue): Promise<void> {
  await vi.waitFor(() => expect(queue.all().map((upload) => upload.state)).not.toContain('reading'))
}

async function sendAll(queue: UploadQueue): Promise<void> {
  await readAll(queue)
  for (const { id } of draftsOf(queue.all())) queue.submit(id)
}

/** What photos say, by name: where, and how many seconds after noon. */
function reader(said: Record<string, [typeof HERE | null, number]>): UploadTools['read'] {
  return ({ name }) => {
    const [position, seconds] = said[name] ?? [null, 0]
    return Promise.resolve<Seen>({ position, takenAt: NOON + seconds * 1000 })
  }
}

beforeEach(() => {
  vi.stubGlobal(
    'URL',
    Object.assign(URL, { createObjectURL: () => 'blob:x', revokeObjectURL: () => undefined }),
  )
})

afterEach(() => vi.unstubAllGlobals())

describe('UploadQueue', () => {
  it('sends nothing before somebody says so', async () => {
    const send = vi.fn<Send>(() => Promise.resolve(photo('1')))
    const queue = queueWith(send)
    queue.add([file('a')], ALBUM)
    await readAll(queue)
    expect(states(queue)).toEqual(['a draft'])
    expect(send).not.toHaveBeenCalled()
  })

  it('sends two at once, oldest first, and the next when one is through', async () => {
    const finish: ((answer: Photo) => void)[] = []
    const names: string[] = []
    const queue = queueWith((form) => {
      names.push(form.file.name)
      return new Promise((resolve) => finish.push(resolve))
    })
    queue.add([file('c'), file('b'), file('a')], ALBUM)
    await sendAll(queue)
    await vi.waitFor(() => expect(names).toHaveLength(2))
    finish[0]?.(photo('1'))
    await vi.waitFor(() => expect(names).toHaveLength(3))
    expect(new Set(names)).toEqual(new Set(['a', 'b', 'c']))
  })

  it.each([
    ['its own place', HERE, true, null, 'photo'],
    ['none, and the device may be asked', null, true, HERE, 'device'],
    ['none, and the device may not be asked', null, false, null, 'none'],
  ] as const)('a photo with %s', async (_name, own, useDevice, position, place) => {
    const send = vi.fn<Send>(() => Promise.resolve(photo('1')))
    const queue = queueWith(send, { read: reader({ a: [own, 0] }) })
    queue.add([file('a')], { useDevice, fresh: false })
    await sendAll(queue)
    await vi.waitFor(() => expect(states(queue)).toEqual(['a sent']))
    expect(send.mock.calls[0]?.[0]).toMatchObject({ position, takenAt: null })
    expect(queue.all()[0]?.facts.form?.place).toBe(place)
  })

  it('sorts photos of one go into problems, and later ones to them', async () => {
    const read = reader({ a: [HERE, 0], b: [THERE, 60], c: [HERE, 120], d: [THERE, 200] })
    const queue = queueWith(() => Promise.resolve(photo('1')), { read })
    queue.add(['c', 'b', 'a'].map(file), ALBUM)
    await readAll(queue)
    expect(drafts(queue)).toEqual(['a c', 'b'])
    queue.add([file('d')], { useDevice: false, fresh: true })
    await readAll(queue)
    expect(drafts(queue)).toEqual(['a c', 'b d'])
  })

  it('lets photos be split off, joined, pinned, corrected and described, and sends that', async () => {
    const send = vi.fn<Send>(() => Promise.resolve(photo('1')))
    const read = reader({ a: [HERE, 0], b: [HERE, 60], c: [THERE, 120] })
    const queue = queueWith(send, { read })
    queue.add(['a', 'b', 'c'].map(file), ALBUM)
    await readAll(queue)
    queue.split(queue.all().find((upload) => upload.file.name === 'b')?.key ?? '')
    expect(drafts(queue)).toEqual(['a', 'b', 'c'])
    const [, second, third] = draftsOf(queue.all()).map(({ id }) => id)
    queue.amend(third ?? '', { note: 'by the gate' })
    queue.join(third ?? '', second ?? '')
    expect(drafts(queue)).toEqual(['a', 'b c'])
    queue.amend(second ?? '', { pin: THERE })
    queue.shift(second ?? '', -60_000)
    await sendAll(queue)
    await vi.waitFor(() => expect(send).toHaveBeenCalledTimes(3))
    const sent = Object.fromEntries(send.mock.calls.map(([form]) => [form.file.name, form]))
    expect(sent.b).toMatchObject({
      position: THERE,
      takenAt: '2026-11-24T04:00:00.000Z',
      note: 'by the gate',
    })
    expect(sent.c).toMatchObject({
      position: THERE,
      takenAt: '2026-11-24T04:01:00.000Z',
      note: 'by the gate',
    })
    expect(sent.a).toMatchObject({ position: null, takenAt: null, note: '' })
    expect(sent.b?.problem).toBe(sent.c?.problem)
    expect(sent.a?.problem).not.toBe(sent.b?.problem)
    expect(sent.a?.problem).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  it('keeps a refused photo and sends it again under the same key', async () => {
    const send = vi.fn<Send>().mockRejectedValueOnce(Problem.unreachable()).mockResolvedValueOnce(photo('7'))
    const queue = queueWith(send)
    queue.add([file('a')], ALBUM)
    await sendAll(queue)
    await vi.waitFor(() => expect(states(queue)).toEqual(['a refused']))
    expect(queue.all()[0]?.refusal?.status).toBe(0)
    queue.retryAll()
    await vi.waitFor(() => expect(states(queue)).toEqual(['a sent']))
    expect(queue.all()[0]?.photoId).toBe('7')
    expect(send.mock.calls[1]?.[0]).toEqual(send.mock.calls[0]?.[0])
  })

  it('does not try again by itself what is no photo', async () => {
    const send = vi.fn<Send>(() => Promise.reject(new Problem(415, 'Unsupported Media Type')))
    const queue = queueWith(send)
    queue.add([file('a')], ALBUM)
    await sendAll(queue)
    await vi.waitFor(() => expect(states(queue)).toEqual(['a refused']))
    queue.retryAll()
    expect(send).toHaveBeenCalledTimes(1)
  })

  it('stops an upload that is removed and says nothing of it', async () => {
    const queue = queueWith(
      (_form, _progress, signal) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(new DOMException('', 'AbortError'))),
        ),
    )
    queue.add([file('a')], ALBUM)
    await sendAll(queue)
    await vi.waitFor(() => expect(states(queue)).toEqual(['a uploading']))
    // The browser keeps it meanwhile: leaving the page would lose nothing.
    expect(queue.busy()).toBe(false)
    queue.remove(queue.all()[0]?.key ?? '')
    expect(queue.all()).toEqual([])
    expect(queue.busy()).toBe(false)
  })

  it('sends after a restart what could not be sent before, under the same key', async () => {
    const store = new MemoryStore()
    const before = queueWith(() => Promise.reject(Problem.unreachable()), { store })
    await before.resume('li')
    before.add([file('a'), file('b')], { useDevice: true, fresh: false })
    await sendAll(before)
    await vi.waitFor(() => expect(states(before)).toEqual(['a refused', 'b refused']))
    expect(before.busy()).toBe(false)

    const send = vi.fn<Send>(() => Promise.resolve(photo('1')))
    const after = queueWith(send, { store })
    await after.resume('li')
    await vi.waitFor(() => expect(states(after)).toEqual(['b sent', 'a sent']))
    const keys = before.all().map((upload) => upload.key)
    expect(new Set(send.mock.calls.map(([form]) => form.key))).toEqual(new Set(keys))
    expect(send.mock.calls[0]?.[0]).toMatchObject({ position: HERE })
    await vi.waitFor(() => expect(store.photos.size).toBe(0))
  })

  it('finds drafts again after a restart, as somebody left them, and sorts what was not read yet', async () => {
    const store = new MemoryStore()
    const read = reader({ a: [HERE, 0], b: [THERE, 30] })
    const before = queueWith(() => Promise.resolve(photo('1')), { store, read })
    await before.resume('li')
    before.add([file('a')], ALBUM)
    await readAll(before)
    before.amend(draftsOf(before.all())[0]?.id ?? '', { pin: THERE, note: 'by the gate' })
    const waiting = queueWith(() => Promise.resolve(photo('1')), {
      store,
      read: () => new Promise(() => undefined),
    })
    await waiting.resume('li')
    waiting.add([file('b')], ALBUM)
    await vi.waitFor(() => expect(store.photos.size).toBe(2))

    const after = queueWith(() => Promise.resolve(photo('1')), { store, read })
    await after.resume('li')
    await readAll(after)
    expect(drafts(after)).toEqual(['a b'])
    expect(draftsOf(after.all())[0]).toMatchObject({ place: 'pin', position: THERE, note: 'by the gate' })
  })

  it('leaves another person’s photos alone', async () => {
    const store = new MemoryStore()
    const before = queueWith(() => Promise.reject(Problem.unreachable()), { store })
    await before.resume('li')
    before.add([file('a')], ALBUM)
    await vi.waitFor(() => expect(store.photos.size).toBe(1))
    const after = queueWith(() => Promise.resolve(photo('1')), { store })
    await after.resume('zhao')
    expect(after.all()).toEqual([])
  })

  it('puts a person’s photos away when another one signs in, and brings them back', async () => {
    const send = vi.fn<Send>(() => new Promise(() => undefined))
    const queue = queueWith(send)
    await queue.resume('li')
    queue.add([file('a'), file('b')], ALBUM)
    await readAll(queue)
    queue.submit(queue.all().find((upload) => upload.file.name === 'a')?.facts.problem ?? '')
    await vi.waitFor(() => expect(states(queue)).toContain('a uploading'))
    await queue.resume('zhao')
    expect(queue.all()).toEqual([])
    expect(send.mock.calls[0]?.[2].aborted).toBe(true)
    await queue.resume('li')
    expect(states(queue).toSorted()).toEqual(['a uploading', 'b draft'])
  })

  it('forgets what is removed, and warns where nothing is kept', async () => {
    const store = new MemoryStore()
    const queue = queueWith(() => Promise.reject(Problem.unreachable()), { store })
    queue.add([file('a')], ALBUM)
    await vi.waitFor(() => expect(store.photos.size).toBe(1))
    queue.remove(queue.all()[0]?.key ?? '')
    await vi.waitFor(() => expect(store.photos.size).toBe(0))

    const full = {
      save: () => Promise.reject(new Error('full')),
      amend: () => Promise.reject(new Error('full')),
      drop: () => Promise.resolve(),
      of: () => Promise.resolve([]),
    }
    const forgetful = queueWith(() => Promise.reject(Problem.unreachable()), { store: full })
    forgetful.add([file('a')], ALBUM)
    await sendAll(forgetful)
    await vi.waitFor(() => expect(states(forgetful)).toEqual(['a refused']))
    expect(forgetful.busy()).toBe(true)
  })
})
