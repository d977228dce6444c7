import type { Position } from '@/api/photoUpload'

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
