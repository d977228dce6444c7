import { expect, it } from 'vitest'

import { momentOf, readExif } from './exif'
import { PHOTOS } from './exif.samples'

function photo(name: keyof typeof PHOTOS, type: string): File {
  const bytes = Uint8Array.from(atob(PHOTOS[name]), (character) => character.charCodeAt(0))
  return new File([bytes], `${name}.jpg`, { type })
}

const NOON = Date.parse('2026-11-24T04:00:07Z')

it.each([
  ['JPEG', 'image/jpeg'],
  ['PNG', 'image/png'],
  ['WEBP', 'image/webp'],
  ['HEIF', 'image/heic'],
] as const)('reads place and time of %s', async (name, type) => {
  const { position, takenAt } = await readExif(photo(name, type))
  expect(takenAt).toBe(NOON)
  expect(position?.longitude).toBeCloseTo(117.2009, 5)
  expect(position?.latitude).toBeCloseTo(39.1342, 5)
})

it('knows an offset, the south and the west', async () => {
  const { position, takenAt } = await readExif(photo('OFFSET', 'image/jpeg'))
  expect(takenAt).toBe(Date.parse('2026-11-24T12:00:07+02:00'))
  expect(position?.longitude).toBeCloseTo(-58.3816, 5)
  expect(position?.latitude).toBeCloseTo(-34.6037, 5)
})

it.each([
  ['a phone without a fix and a clock', photo('ZERO', 'image/jpeg')],
  ['a WebP without EXIF', photo('BARE_WEBP', 'image/webp')],
  ['a WebP that is cut off', new File([photo('WEBP', '').slice(0, 40)], 'a.webp', { type: 'image/webp' })],
  ['no photo', new File(['<svg></svg>'], 'a.jpg', { type: 'image/jpeg' })],
  ['an empty file', new File([], 'a.jpg', { type: 'image/jpeg' })],
])('says nothing for %s', async (_name, file) => {
  expect(await readExif(file)).toEqual({ position: null, takenAt: null })
})

it.each([
  ['2026:11:24 12:00:07', undefined, '2026-11-24T04:00:07.000Z'],
  ['2026:11:24 12:00:07', 'nonsense', '2026-11-24T04:00:07.000Z'],
  ['2026:11:24 12:00:07', '-05:30', '2026-11-24T17:30:07.000Z'],
  ['1969:11:24 12:00:07', '+00:00', null],
  ['24.11.2026', undefined, null],
])('takes %s %s for %s', (time, offset, moment) => {
  const found = momentOf({
    DateTimeOriginal: time,
    ...(offset === undefined ? {} : { OffsetTimeOriginal: offset }),
  })
  expect(found === null ? null : new Date(found).toISOString()).toBe(moment)
})
