import type { uploadPhoto, Position } from '@/api/photoUpload'
import { Problem } from '@/api/problem'

import { NOTHING_SEEN, type Seen } from './exif'
import type { PhotoStore, StoredPhoto } from './photoStore'
import { draftsOf, formOf, sortIntoProblems } from './problems'
import { mayPass, randomKey, randomUuid, type Facts, type Upload } from './upload'

export interface UploadTools {
  /** What a photo says of its place and time. */
  read: (file: File) => Promise<Seen>
  /** Where this device is, or null where it does not say. */
  locate: () => Promise<Position | null>
  send: typeof uploadPhoto
  store: PhotoStore
  now: () => number
}

/** How photos come in. */
export interface Intake {
  /** Ask the device where it is for photos that do not say where they were taken. */
  useDevice: boolean
  /** Taken with the camera just now, not chosen from the album. */
  fresh: boolean
}

const AT_ONCE = 2

/**
 * Photos on their way to the server: read, sorted into problems, looked at by whoever took them, sent. It lives outside the
 * pages, so that uploads go on while people look elsewhere, and keeps every photo until the server has it: a draft, a refused
 * or a broken upload stays in the list, also after the browser was closed.
 */
export class UploadQueue {
  private uploads: readonly Upload[] = []
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

  /** Take up what this person's photos are that an earlier visit did not send. */
  async resume(owner: string): Promise<void> {
    if (this.owner === owner) return
    if (this.owner !== '') this.putAway()
    this.owner = owner
    const stored = await this.tools.store.of(owner).catch(() => [])
    // Somebody else signed in meanwhile, or the photo is in the list already.
    if (this.owner !== owner) return
    const known = new Set(this.uploads.map((upload) => upload.key))
    const back = stored.filter((photo) => !known.has(photo.key)).map(fromStore)
    this.set([...this.uploads, ...back.toReversed()])
    this.sendNext()
    await this.sort(back.filter((upload) => upload.state === 'reading').map((upload) => upload.key))
  }

  /** Take photos in: they become drafts, sorted into problems. */
  add(files: readonly File[], { useDevice, fresh }: Intake): void {
    const now = this.tools.now()
    const added = files.map<Upload>((file) => ({
      ...blank(file),
      key: randomKey(),
      facts: { ...UNREAD, fileTime: fresh ? now : Math.min(file.lastModified, now), fresh },
      state: 'reading',
      kept: false,
    }))
    this.set([...added, ...this.uploads])
    void this.takeIn(added, useDevice)
  }

  /** Say something about the photos of a draft. */
  amend(problem: string, change: Partial<Pick<Facts, 'pin' | 'note'>>): void {
    for (const { key, facts } of this.draft(problem)) this.changeFacts(key, { ...facts, ...change })
  }

  /** Correct the time of a draft by so many milliseconds; zero for what the photos say. */
  shift(problem: string, shift: number): void {
    for (const { key, facts } of this.draft(problem)) this.changeFacts(key, { ...facts, shift })
  }

  /** Make a photo of a draft a problem of its own. */
  split(key: string): void {
    const upload = this.uploads.find((one) => one.key === key && one.state === 'draft')
    if (upload !== undefined) this.changeFacts(key, { ...upload.facts, problem: randomUuid() })
  }

  /** Make two drafts one: the pin and the note are those of the second, where it has them. */
  join(problem: string, into: string): void {
    const [gone, stays] = [this.draft(problem), this.draft(into)]
    const [first, second] = [gone[0]?.facts, stays[0]?.facts]
    if (problem === into || first === undefined || second === undefined) return
    const pin = second.pin ?? first.pin
    const note = second.note.trim() === '' ? first.note : second.note
    for (const { key, facts } of [...gone, ...stays])
      this.changeFacts(key, { ...facts, problem: into, pin, note })
  }

  /** Send the photos of a draft; what is said about them is settled then. */
  submit(problem: string): void {
    const draft = draftsOf(this.uploads).find(({ id }) => id === problem)
    if (draft === undefined) return
    for (const upload of draft.uploads) {
      this.changeFacts(upload.key, { ...upload.facts, form: formOf(draft, upload) })
      this.change(upload.key, { state: 'waiting' })
    }
    this.sendNext()
  }

  retry(key: string): void {
    this.change(key, { state: 'waiting', progress: 0, refusal: null })
    this.sendNext()
  }

  /** Try again what may arrive another time. */
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

  /** Leave the photos of whoever was signed in before to the store: nobody sends another one's. */
  private putAway(): void {
    for (const abort of this.aborts.values()) abort.abort()
    for (const { preview } of this.uploads) URL.revokeObjectURL(preview)
    this.set([])
  }

  private draft(problem: string): Upload[] {
    return this.uploads.filter(({ state, facts }) => state === 'draft' && facts.problem === problem)
  }

  private async takeIn(added: readonly Upload[], useDevice: boolean): Promise<void> {
    // First of all they are kept: the page may be closed while the device still looks for satellites.
    await Promise.all(added.map((upload) => this.keep(upload)))
    await this.sort(
      added.map((upload) => upload.key),
      useDevice,
    )
  }

  private async keep({ key, file, facts }: Upload): Promise<void> {
    const stored = { key, owner: this.owner, file, facts, addedAt: this.tools.now() }
    // A browser that keeps nothing, or is full, still sends; leaving the page is warned of then.
    const kept = await this.tools.store.save(stored).then(
      () => true,
      () => false,
    )
    this.change(key, { kept })
    if (!this.uploads.some((one) => one.key === key)) this.forget(key)
  }

  /** Read photos and sort them into problems, all at once, so that their order does not matter. */
  private async sort(keys: readonly string[], useDevice = false): Promise<void> {
    if (keys.length === 0) return
    const files = this.uploads.filter((upload) => keys.includes(upload.key))
    const seen = new Map(
      await Promise.all(files.map(async ({ key, file }) => [key, await this.tools.read(file)] as const)),
    )
    const isLost = [...seen.values()].some(({ position }) => position === null)
    const device = useDevice && isLost ? await this.tools.locate() : null
    const read = this.uploads
      .filter((upload) => upload.state === 'reading' && seen.has(upload.key))
      .map((upload) => {
        const own = seen.get(upload.key) ?? NOTHING_SEEN
        const facts = { ...upload.facts, seen: own, device: own.position === null ? device : null }
        return { key: upload.key, facts }
      })
    const drafts = this.uploads.filter((upload) => upload.state === 'draft')
    const problems = sortIntoProblems(drafts, read)
    for (const { key, facts } of read) {
      const problem = problems.get(key) ?? randomUuid()
      // Who joins a draft is pinned and described like its other photos.
      const mate = this.draft(problem)[0]?.facts
      const said = mate === undefined ? {} : { pin: mate.pin, note: mate.note }
      this.change(key, { state: 'draft' })
      this.changeFacts(key, { ...facts, ...said, problem })
    }
  }

  private changeFacts(key: string, facts: Facts): void {
    this.change(key, { facts })
    if (this.uploads.find((upload) => upload.key === key)?.kept !== true) return
    this.tools.store
      .amend(key, facts)
      .catch(() => console.warn(`photo ${key} is kept as it was, without what was said about it since`))
  }

  private forget(key: string): void {
    this.tools.store
      .drop(key)
      .catch(() => console.warn(`photo ${key} stays in the store; the server knows it by its key`))
  }

  private sendNext(): void {
    const sending = this.uploads.filter((upload) => upload.state === 'uploading').length
    const ready = this.uploads.filter((upload) => upload.state === 'waiting')
    // New photos are put in front; the oldest is sent first.
    for (const upload of ready.reverse().slice(0, Math.max(0, AT_ONCE - sending))) void this.send(upload)
  }

  private async send({ key, file, facts: { form } }: Upload): Promise<void> {
    if (form === null) return
    const abort = new AbortController()
    this.aborts.set(key, abort)
    this.change(key, { state: 'uploading', progress: 0 })
    const { problem, note, position, takenAt } = form
    const sent = { file, note, position, takenAt, problem, key }
    try {
      const photo = await this.tools.send(sent, (progress) => this.change(key, { progress }), abort.signal)
      this.change(key, { state: 'sent', progress: 1, photoId: photo.id })
      this.forget(key)
    } catch (error) {
      if (!abort.signal.aborted) {
        const refusal = error instanceof Problem ? error : Problem.unreachable()
        this.change(key, { state: 'refused', refusal })
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

const UNREAD = {
  problem: null,
  seen: NOTHING_SEEN,
  device: null,
  pin: null,
  shift: 0,
  note: '',
  form: null,
} as const

function blank(file: File) {
  return { file, preview: URL.createObjectURL(file), progress: 0, photoId: null, refusal: null } as const
}

function fromStore({ key, file, facts }: StoredPhoto): Upload {
  const state = facts.form !== null ? 'waiting' : facts.problem !== null ? 'draft' : 'reading'
  return { ...blank(file), key, facts, state, kept: true }
}

function isFinal(upload: Upload): boolean {
  return upload.state === 'refused' && !mayPass(upload)
}
