import type { Position } from '@/api/photoUpload'

import { fromWallClock } from './wallClock'

/** What a photo itself says: where and when it was taken, each null where it does not say. */
export interface Seen {
  readonly position: Position | null
  /** Milliseconds since the epoch. */
  readonly takenAt: number | null
}

export const NOTHING_SEEN: Seen = { position: null, takenAt: null }

/** EXIF lies at the beginning of a JPEG, which may be large; other formats keep it anywhere. */
const JPEG_HEAD = 256 * 1024

interface Tags {
  DateTimeOriginal?: string | undefined
  OffsetTimeOriginal?: string | undefined
  latitude?: number | undefined
  longitude?: number | undefined
}

/**
 * Read place and time from a photo's EXIF, by the rules of the server (`service/photos/picture.py`): what is sent without a
 * correction is read again there. A file that cannot be read says nothing; the server judges it.
 */
export async function readExif(file: File): Promise<Seen> {
  try {
    const { load } = await import('exifreader')
    const bytes = await (file.type === 'image/jpeg' ? file.slice(0, JPEG_HEAD) : file).arrayBuffer()
    const { exif, gps } = load(bytes, { expanded: true })
    const tags = {
      DateTimeOriginal: exif?.DateTimeOriginal?.description,
      OffsetTimeOriginal: exif?.OffsetTimeOriginal?.description,
      latitude: gps?.Latitude,
      longitude: gps?.Longitude,
    }
    return { position: positionOf(tags), takenAt: momentOf(tags) }
  } catch {
    return NOTHING_SEEN
  }
}

function positionOf({ latitude, longitude }: Tags): Position | null {
  if (typeof latitude !== 'number' || typeof longitude !== 'number') return null
  // Zero and zero is what phones without a fix write.
  const isPlace =
    Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 && (latitude !== 0 || longitude !== 0)
  return isPlace ? { longitude, latitude } : null
}

/** DateTimeOriginal with OffsetTimeOriginal where given, else in the district's zone. */
export function momentOf({ DateTimeOriginal, OffsetTimeOriginal }: Tags): number | null {
  const found = /^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)/.exec(DateTimeOriginal ?? '')
  if (found === null) return null
  const [, year, month, day, time] = found
  const text = `${year ?? ''}-${month ?? ''}-${day ?? ''}T${time ?? ''}`
  const offset = /^[+-]\d\d:\d\d/.exec(OffsetTimeOriginal ?? '')?.[0]
  const moment = offset === undefined ? fromWallClock(text) : Date.parse(text + offset)
  return moment === null || Number.isNaN(moment) || moment < 0 ? null : moment
}
