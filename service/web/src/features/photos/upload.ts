import type { Position } from '@/api/photoUpload'
import type { Problem as Refusal } from '@/api/problem'

import type { Seen } from './exif'

/** Where the place of a photo comes from; a pin is what somebody put on the map. */
export type PlaceSource = 'pin' | 'photo' | 'device' | 'none'

export type UploadState = 'reading' | 'draft' | 'waiting' | 'uploading' | 'sent' | 'refused'

/** What goes to the server with a photo, settled when somebody sends it: another try sends the same. */
export interface Form {
  /** The same for all photos of one problem; null for photos that an earlier version of the console kept. */
  readonly problem: string | null
  readonly note: string
  readonly place: PlaceSource
  /** Null where the server reads the place from the photo, or nobody knows it. */
  readonly position: Position | null
  /** ISO 8601; null where the server reads the time from the photo. */
  readonly takenAt: string | null
}

/** What is known of a photo, and what somebody said about it; kept over a restart. */
export interface Facts {
  /** The problem that it was sorted into; null until it is read. */
  readonly problem: string | null
  readonly seen: Seen
  /** When the file was made, milliseconds since the epoch: for photos that say no time. */
  readonly fileTime: number
  /** Taken with this device's camera just now: then the file's time and the device's place are the photo's. */
  readonly fresh: boolean
  /** Where the device was when the photo came, asked only for photos without a place. */
  readonly device: Position | null
  /** Where somebody put the pin. */
  readonly pin: Position | null
  /** By how many milliseconds somebody corrected the time. */
  readonly shift: number
  readonly note: string
  /** Null while it is a draft. */
  readonly form: Form | null
}

export interface Upload {
  /** Also the key that the server knows a second try by. */
  readonly key: string
  readonly file: File
  readonly preview: string
  readonly facts: Facts
  readonly state: UploadState
  /** How much is sent, 0 to 1. */
  readonly progress: number
  readonly photoId: string | null
  readonly refusal: Refusal | null
  /** Whether this browser keeps the photo over a restart. */
  readonly kept: boolean
}

/** Another try of the same file gets the same answer. */
const REFUSED_FOR_GOOD = new Set([400, 403, 413, 415, 422])

/** Whether another try may succeed: a broken net or a busy server passes, a file that is no photo does not. */
export function mayPass({ state, refusal }: Upload): boolean {
  return state === 'refused' && refusal !== null && !REFUSED_FOR_GOOD.has(refusal.status)
}

/** When a photo was taken, as far as anybody knows; milliseconds since the epoch. */
export function takenAt({ seen, fileTime, shift }: Facts): number {
  return (seen.takenAt ?? fileTime) + shift
}

/** `crypto.randomUUID` is missing where the console is served without HTTPS, on a local network. */
export function randomKey(): string {
  return hex(crypto.getRandomValues(new Uint8Array(16)))
}

/** A random UUID (version 4, RFC 9562). */
export function randomUuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return hex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
