import type { Position } from '@/api/photoUpload'

import type { PlaceSource } from './uploadQueue'

/** A photo that waits to be sent, as this browser keeps it. */
export interface StoredPhoto {
  /** Also the key that the server knows a second try by. */
  readonly key: string
  /** Who took it: on a shared phone nobody sends another one's photos. */
  readonly owner: string
  readonly file: File
  readonly note: string
  readonly place: Exclude<PlaceSource, 'reading'>
  readonly position: Position | null
  /** Milliseconds since the epoch. */
  readonly addedAt: number
}

/** Where photos lie until the server has them. */
export interface PhotoStore {
  save: (photo: StoredPhoto) => Promise<void>
  drop: (key: string) => Promise<void>
  /** What one person's photos are, oldest first. */
  of: (owner: string) => Promise<StoredPhoto[]>
}

const DATABASE = 'streetwarden'
const PHOTOS = 'photos'

/** Photos in IndexedDB: they outlive the page, the browser and a flat battery. */
export class BrowserPhotoStore implements PhotoStore {
  private opened: Promise<IDBDatabase> | null = null

  constructor(private readonly factory: IDBFactory = indexedDB) {}

  async save(photo: StoredPhoto): Promise<void> {
    await this.run('readwrite', (photos) => photos.put(photo))
  }

  async drop(key: string): Promise<void> {
    await this.run('readwrite', (photos) => photos.delete(key))
  }

  async of(owner: string): Promise<StoredPhoto[]> {
    const all = await this.run<StoredPhoto[]>(
      'readonly',
      (photos) => photos.getAll() as IDBRequest<StoredPhoto[]>,
    )
    return all.filter((photo) => photo.owner === owner).sort((one, other) => one.addedAt - other.addedAt)
  }

  private async run<T>(
    mode: IDBTransactionMode,
    work: (photos: IDBObjectStore) => IDBRequest<T>,
  ): Promise<T> {
    this.opened ??= this.open()
    const database = await this.opened
    return new Promise((resolve, reject) => {
      const transaction = database.transaction(PHOTOS, mode)
      const request = work(transaction.objectStore(PHOTOS))
      // Only a transaction that is complete is on the disk.
      transaction.oncomplete = () => resolve(request.result)
      transaction.onerror = () => reject(transaction.error ?? new Error('the photo store failed'))
      transaction.onabort = () => reject(transaction.error ?? new Error('the photo store is full'))
    })
  }

  private open(): Promise<IDBDatabase> {
    return new Promise((resolve, reject) => {
      const request = this.factory.open(DATABASE, 1)
      request.onupgradeneeded = () => request.result.createObjectStore(PHOTOS, { keyPath: 'key' })
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error ?? new Error('the photo store does not open'))
    })
  }
}
