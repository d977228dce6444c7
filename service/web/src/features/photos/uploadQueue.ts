import { uploadPhoto, type Position } from '@/api/photoUpload'
import { Problem } from '@/api/problem'

import type { PhotoStore, StoredPhoto } from './photoStore'

export type PlaceSource = 'reading' | 'photo' | 'device' | 'none'
export type UploadState = 'waiting' | 'uploading' | 'sent' | 'refused'

export interface Upload {
  readonly key: string
  readonly file: File
  readonly preview: string
  readonly note: string
  readonly place: PlaceSource
  readonly state: UploadState
  /** How much is sent, 0 to 1. */
  readonly progress: number
  readonly photoId: string | null
  readonly problem: Problem | null
  /** Whether this browser keeps the photo over a restart. */
  readonly kept: boolean
}

export interface UploadTools {
  /** Whether the photo itself says where it was taken. */
  hasPlace: (file: File) => Promise<boolean>
  /** Where this device is, or null where it does not say. */
  locate: () => Promise<Position | null>
  send: typeof uploadPhoto
  store: PhotoStore
  now: () => number
}

const AT_ONCE = 2
/** Another try of the same file gets the same answer. */
const REFUSED_FOR_GOOD = new Set([400, 403, 413, 415, 422])

/**
 * Photos on their way to the server. It lives outside the pages, so that uploads go on while people look elsewhere, and
 * keeps every photo until the server has it: a refused or broken upload stays in the list and can be tried again, also
 * after the browser was closed.
 */
export class UploadQueue {
  private uploads: readonly Upload[] = []
  private readonly positions = new Map<string, Position | null>()
  private readonly aborts = new Map<string, AbortController>()
  private readonly watchers = new Set<() => void>()
  private owner = ''

  constructor(private readonly tools: UploadTools) {}

  /** For `useSyncExternalStore`. */
  readonly watch = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher)
    return () => {
      this.watchers.delete(watcher)
    }
  }
  readonly all = (): readonly Upload[] => this.uploads

  /** Take up what this person's photos are that an earlier visit could not send. */
  async resume(owner: string): Promise<void> {
    if (this.owner === owner) return
    this.owner = owner
    const stored = await this.tools.store.of(owner).catch(() => [])
    // Somebody else signed in meanwhile, or the photo is in the list already.
    if (this.owner !== owner) return
    const known = new Set(this.uploads.map((upload) => upload.key))
    const back = stored.filter((photo) => !known.has(photo.key)).map(fromStore)
    for (const { key, position } of stored) this.positions.set(key, position)
    this.set([...this.uploads, ...back.reverse()])
    this.sendNext()
  }

  add(files: readonly File[], note: string, useDevice: boolean): void {
    const added = files.map<Upload>((file) => ({
      key: randomKey(),
      file,
      preview: URL.createObjectURL(file),
      note,
      place: 'reading',
      state: 'waiting',
      progress: 0,
      photoId: null,
      problem: null,
      kept: false,
    }))
    this.set([...added, ...this.uploads])
    for (const upload of added) void this.place(upload, useDevice)
  }

  retry(key: string): void {
    this.change(key, { state: 'waiting', progress: 0, problem: null })
    this.sendNext()
  }

  /** Try again what may arrive another time: a broken net or a busy server passes, a file that is no photo does not. */
  retryAll(): void {
    for (const upload of this.uploads) if (mayPass(upload)) this.retry(upload.key)
  }

  remove(key: string): void {
    this.aborts.get(key)?.abort()
    const gone = this.uploads.find((upload) => upload.key === key)
    if (gone !== undefined) URL.revokeObjectURL(gone.preview)
    this.set(this.uploads.filter((upload) => upload.key !== key))
    this.forget(key)
  }

  /** Whether leaving the console now would lose a photo: one that neither the server nor this browser has. */
  busy(): boolean {
    return this.uploads.some((upload) => upload.state !== 'sent' && !upload.kept && !isFinal(upload))
  }

  private async place(upload: Upload, useDevice: boolean): Promise<void> {
    const own = await this.tools.hasPlace(upload.file)
    const position = !own && useDevice ? await this.tools.locate() : null
    this.positions.set(upload.key, position)
    const place = own ? 'photo' : position === null ? 'none' : 'device'
    const { key, file, note } = upload
    const stored = { key, owner: this.owner, file, note, place, position, addedAt: this.tools.now() } as const
    // A browser that keeps nothing, or is full, still sends; leaving the page is warned of then.
    const kept = await this.tools.store.save(stored).then(
      () => true,
      () => false,
    )
    this.change(key, { place, kept })
    if (!this.uploads.some((one) => one.key === key)) this.forget(key)
    this.sendNext()
  }

  private forget(key: string): void {
    this.tools.store
      .drop(key)
      .catch(() => console.warn(`photo ${key} stays in the store; the server knows it by its key`))
  }

  private sendNext(): void {
    const sending = this.uploads.filter((upload) => upload.state === 'uploading').length
    const ready = this.uploads.filter((upload) => upload.state === 'waiting' && upload.place !== 'reading')
    // New photos are put in front; the oldest is sent first.
    for (const upload of ready.reverse().slice(0, Math.max(0, AT_ONCE - sending))) void this.send(upload)
  }

  private async send(upload: Upload): Promise<void> {
    const abort = new AbortController()
    const { key, file, note } = upload
    this.aborts.set(key, abort)
    this.change(key, { state: 'uploading', progress: 0 })
    const form = { file, note, position: this.positions.get(key) ?? null, key }
    try {
      const photo = await this.tools.send(form, (progress) => this.change(key, { progress }), abort.signal)
      this.change(key, { state: 'sent', progress: 1, photoId: photo.id })
      this.forget(key)
    } catch (error) {
      if (!abort.signal.aborted) {
        this.change(key, {
          state: 'refused',
          problem: error instanceof Problem ? error : Problem.unreachable(),
        })
      }
    } finally {
      this.aborts.delete(key)
      this.sendNext()
    }
  }

  private change(key: string, change: Partial<Upload>): void {
    this.set(this.uploads.map((upload) => (upload.key === key ? { ...upload, ...change } : upload)))
  }

  private set(uploads: readonly Upload[]): void {
    this.uploads = uploads
    for (const watcher of this.watchers) watcher()
  }
}

function fromStore({ key, file, note, place }: StoredPhoto): Upload {
  const preview = URL.createObjectURL(file)
  return {
    key,
    file,
    preview,
    note,
    place,
    state: 'waiting',
    progress: 0,
    photoId: null,
    problem: null,
    kept: true,
  }
}

function isFinal(upload: Upload): boolean {
  return upload.state === 'refused' && !mayPass(upload)
}

export function mayPass({ state, problem }: Upload): boolean {
  return state === 'refused' && problem !== null && !REFUSED_FOR_GOOD.has(problem.status)
}

/** `crypto.randomUUID` is missing where the console is served without HTTPS, on a local network. */
function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('')
}
