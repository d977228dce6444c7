import type { Position } from '@/api/photoUpload'

import { NOTHING_SEEN } from './exif'
import type { Facts, PlaceSource } from './upload'

/** A photo that is not sent yet, as this browser keeps it. */
export interface StoredPhoto {
  /** Also the key that the server knows a second try by. */
  readonly key: string
  /** Who took it: on a shared phone nobody sends another one's photos. */
  readonly owner: string
  readonly file: File
  readonly facts: Facts
  /** Milliseconds since the epoch. */
  readonly addedAt: number
}

/** Where photos lie until the server has them. */
export interface PhotoStore {
  save: (photo: StoredPhoto) => Promise<void>
  /** Keep what was said about a photo since; the file is not written again. */
  amend: (key: string, facts: Facts) => Promise<void>
  drop: (key: string) => Promise<void>
  /** What one person's photos are, oldest first. */
  of: (owner: string) => Promise<StoredPhoto[]>
}

const DATABASE = 'streetwarden'
const VERSION = 2
const PHOTOS = 'photos'
const FACTS = 'facts'

type KeptFile = Omit<StoredPhoto, 'facts'>

/** What version 1 kept: photos that were sent as soon as they were chosen. */
interface FirstVersion {
  readonly note: string
  readonly place: Exclude<PlaceSource, 'pin'>
  readonly position: Position | null
}

/** Photos in IndexedDB: they outlive the page, the browser and a flat battery. */
export class BrowserPhotoStore implements PhotoStore {
  private opened: Promise<IDBDatabase> | null = null

  constructor(private readonly factory: IDBFactory = indexedDB) {}

  async save({ facts, ...file }: StoredPhoto): Promise<void> {
    await this.run('readwrite', (photos, kept) => {
      kept.put(facts, file.key)
      return photos.put(file)
    })
  }

  async amend(key: string, facts: Facts): Promise<void> {
    await this.run('readwrite', (_photos, kept) => kept.put(facts, key))
  }

  async drop(key: string): Promise<void> {
    await this.run('readwrite', (photos, kept) => {
      kept.delete(key)
      return photos.delete(key)
    })
  }

  async of(owner: string): Promise<StoredPhoto[]> {
    const all = await this.run('readonly', (photos) => photos.getAll() as IDBRequest<KeptFile[]>)
    const own = all.filter((photo) => photo.owner === owner)
    const found = await Promise.all(
      own.map(async (photo): Promise<StoredPhoto> => {
        const facts = await this.run(
          'readonly',
          (_photos, kept) => kept.get(photo.key) as IDBRequest<Facts | undefined>,
        )
        return { ...photo, facts: facts ?? firstFacts(photo as unknown as FirstVersion) }
      }),
    )
    return found.sort((one, other) => one.addedAt - other.addedAt)
  }

  private async run<T>(
    mode: IDBTransactionMode,
    work: (photos: IDBObjectStore, facts: IDBObjectStore) => IDBRequest<T>,
  ): Promise<T> {
    this.opened ??= this.open().catch((error: unknown) => {
      this.opened = null // the next use tries again
      throw error
    })
    const database = await this.opened
    return new Promise((resolve, reject) => {
      const transaction = database.transaction([PHOTOS, FACTS], mode)
      const request = work(transaction.objectStore(PHOTOS), transaction.objectStore(FACTS))
      // Only a transaction that is complete is on the disk.
      transaction.oncomplete = () => resolve(request.result)
      transaction.onerror = () => reject(transaction.error ?? new Error('the photo store failed'))
      transaction.onabort = () => reject(transaction.error ?? new Error('the photo store is full'))
    })
  }

  private open(): Promise<IDBDatabase> {
    return new Promise((resolve, reject) => {
      const request = this.factory.open(DATABASE, VERSION)
      request.onupgradeneeded = ({ oldVersion }) => {
        if (oldVersion < 1) request.result.createObjectStore(PHOTOS, { keyPath: 'key' })
        request.result.createObjectStore(FACTS)
      }
      request.onsuccess = () => {
        // A newer version in another tab must not wait for this one; the next use opens it anew.
        request.result.onversionchange = () => {
          request.result.close()
          this.opened = null
        }
        resolve(request.result)
      }
      request.onblocked = () => reject(new Error('another tab holds an older photo store'))
      request.onerror = () => reject(request.error ?? new Error('the photo store does not open'))
    })
  }
}

function firstFacts({ note, place, position }: FirstVersion): Facts {
  const form = { problem: null, note, place, position, takenAt: null }
  return {
    problem: null,
    seen: NOTHING_SEEN,
    fileTime: 0,
    fresh: false,
    device: null,
    pin: null,
    shift: 0,
    note,
    form,
  }
}
