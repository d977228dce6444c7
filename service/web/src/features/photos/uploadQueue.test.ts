import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import type { Photo } from '@/api/nouns'
import type { uploadPhoto } from '@/api/photoUpload'
import { Problem } from '@/api/problem'

import type { PhotoStore, StoredPhoto } from './photoStore'
import { UploadQueue, type UploadTools } from './uploadQueue'

const HERE = { longitude: 117.2, latitude: 39.13 }
const file = (name: string) => new File(['x'], name, { type: 'image/jpeg' })
const photo = (id: string) => ({ id }) as Photo

type Send = typeof uploadPhoto

function queueWith(send: Send, tools: Partial<UploadTools> = {}) {
  return new UploadQueue({
    hasPlace: () => Promise.resolve(false),
    locate: () => Promise.resolve(HERE),
    send,
    store: new MemoryStore(),
    now: () => 0,
    ...tools,
  })
}

/** Photos kept over the life of a queue, as the browser keeps them over a restart. */
class MemoryStore implements PhotoStore {
  readonly photos = new Map<string, StoredPhoto>()
  save = (photo: StoredPhoto) => Promise.resolve(void this.photos.set(photo.key, photo))
  drop = (key: string) => Promise.resolve(void this.photos.delete(key))
  of = (owner: string) => Promise.resolve([...this.photos.values()].filter((photo) => photo.owner === owner))
}

const states = (queue: UploadQueue) => queue.all().map((upload) => `${upload.file.name} ${upload.state}`)

beforeEach(() => {
  vi.stubGlobal(
    'URL',
    Object.assign(URL, { createObjectURL: () => 'blob:x', revokeObjectURL: () => undefined }),
  )
})

afterEach(() => vi.unstubAllGlobals())

describe('UploadQueue', () => {
  it('sends two at once, oldest first, and the next when one is through', async () => {
    const finish: ((answer: Photo) => void)[] = []
    const names: string[] = []
    const queue = queueWith((form) => {
      names.push(form.file.name)
      return new Promise((resolve) => finish.push(resolve))
    })
    queue.add([file('c'), file('b'), file('a')], '', false)
    await vi.waitFor(() => expect(names).toHaveLength(2))
    finish[0]?.(photo('1'))
    await vi.waitFor(() => expect(names).toHaveLength(3))
    expect(new Set(names)).toEqual(new Set(['a', 'b', 'c']))
  })

  it.each([
    ['its own place', true, true, null, 'photo'],
    ['none, and the device may be asked', false, true, HERE, 'device'],
    ['none, and the device may not be asked', false, false, null, 'none'],
  ])('a photo with %s', async (_name, own, useDevice, position, place) => {
    const send = vi.fn<Send>(() => Promise.resolve(photo('1')))
    const queue = queueWith(send, { hasPlace: () => Promise.resolve(own) })
    queue.add([file('a')], 'by the gate', useDevice)
    await vi.waitFor(() => expect(states(queue)).toEqual(['a sent']))
    expect(send.mock.calls[0]?.[0]).toMatchObject({ position, note: 'by the gate' })
    expect(queue.all()[0]?.place).toBe(place)
  })

  it('keeps a refused photo and sends it again under the same key', async () => {
    const send = vi.fn<Send>().mockRejectedValueOnce(Problem.unreachable()).mockResolvedValueOnce(photo('7'))
    const queue = queueWith(send)
    queue.add([file('a')], '', false)
    await vi.waitFor(() => expect(states(queue)).toEqual(['a refused']))
    expect(queue.all()[0]?.problem?.status).toBe(0)
    queue.retryAll()
    await vi.waitFor(() => expect(states(queue)).toEqual(['a sent']))
    expect(queue.all()[0]?.photoId).toBe('7')
    expect(send.mock.calls[1]?.[0].key).toBe(send.mock.calls[0]?.[0].key)
  })

  it('does not try again by itself what is no photo', async () => {
    const send = vi.fn<Send>(() => Promise.reject(new Problem(415, 'Unsupported Media Type')))
    const queue = queueWith(send)
    queue.add([file('a')], '', false)
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
    queue.add([file('a')], '', false)
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
    before.add([file('a'), file('b')], 'by the gate', true)
    await vi.waitFor(() => expect(states(before)).toEqual(['a refused', 'b refused']))
    expect(before.busy()).toBe(false)

    const send = vi.fn<Send>(() => Promise.resolve(photo('1')))
    const after = queueWith(send, { store })
    await after.resume('li')
    await vi.waitFor(() => expect(states(after)).toEqual(['b sent', 'a sent']))
    const keys = before.all().map((upload) => upload.key)
    expect(new Set(send.mock.calls.map(([form]) => form.key))).toEqual(new Set(keys))
    expect(send.mock.calls[0]?.[0]).toMatchObject({ note: 'by the gate', position: HERE })
    await vi.waitFor(() => expect(store.photos.size).toBe(0))
  })

  it('leaves another person’s photos alone', async () => {
    const store = new MemoryStore()
    const before = queueWith(() => Promise.reject(Problem.unreachable()), { store })
    await before.resume('li')
    before.add([file('a')], '', false)
    await vi.waitFor(() => expect(store.photos.size).toBe(1))
    const after = queueWith(() => Promise.resolve(photo('1')), { store })
    await after.resume('zhao')
    expect(after.all()).toEqual([])
  })

  it('forgets what is removed, and warns where nothing is kept', async () => {
    const store = new MemoryStore()
    const queue = queueWith(() => Promise.reject(Problem.unreachable()), { store })
    queue.add([file('a')], '', false)
    await vi.waitFor(() => expect(store.photos.size).toBe(1))
    queue.remove(queue.all()[0]?.key ?? '')
    await vi.waitFor(() => expect(store.photos.size).toBe(0))

    const full = {
      save: () => Promise.reject(new Error('full')),
      drop: () => Promise.resolve(),
      of: () => Promise.resolve([]),
    }
    const forgetful = queueWith(() => Promise.reject(Problem.unreachable()), { store: full })
    forgetful.add([file('a')], '', false)
    await vi.waitFor(() => expect(states(forgetful)).toEqual(['a refused']))
    expect(forgetful.busy()).toBe(true)
  })
})
