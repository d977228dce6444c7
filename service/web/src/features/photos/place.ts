import type { Position } from '@/api/photoUpload'

/** Whether a photo's EXIF says where it was taken. A file that cannot be read says nothing; the server judges it. */
export async function hasPlace(file: File): Promise<boolean> {
  try {
    const { gps } = await import('exifr')
    const found = (await gps(file)) as { latitude: number; longitude: number } | undefined
    return found !== undefined && Number.isFinite(found.latitude) && Number.isFinite(found.longitude)
  } catch {
    return false
  }
}

export type LocationState =
  | { state: 'off' | 'locating' | 'denied' | 'failed' | 'insecure' }
  | { state: 'located'; position: Position; accuracy: number }

const FRESH_MS = 60_000
const PATIENCE_MS = 15_000

/** Ask the browser where this device is. */
export function locate(): Promise<LocationState> {
  if (!window.isSecureContext) return Promise.resolve({ state: 'insecure' })
  return new Promise((resolve) =>
    navigator.geolocation.getCurrentPosition(
      ({ coords: { longitude, latitude, accuracy } }) =>
        resolve({ state: 'located', position: { longitude, latitude }, accuracy }),
      (error) => resolve({ state: error.code === error.PERMISSION_DENIED ? 'denied' : 'failed' }),
      { enableHighAccuracy: true, maximumAge: FRESH_MS, timeout: PATIENCE_MS },
    ),
  )
}
