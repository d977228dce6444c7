import { describe, expect, it } from 'vitest'

import type { Position } from '@/api/photoUpload'

import { draftsOf, formOf, metresBetween, middleOf, sortIntoProblems, type Shot } from './problems'
import type { Facts, Upload } from './upload'

const NOON = Date.parse('2026-11-24T04:00:00Z')
const CORNER: Position = { longitude: 117.2, latitude: 39.13 }

/** A place so many metres east of the corner; a degree of longitude is 86.4 km there. */
const east = (metres: number): Position => ({ ...CORNER, longitude: CORNER.longitude + metres / 86_358 })

function facts(change: Partial<Facts> = {}): Facts {
  const seen = { position: null, takenAt: null }
  const none = { problem: null, device: null, pin: null, shift: 0, note: '', form: null }
  return { ...none, seen, fileTime: NOON, fresh: false, ...change }
}

/** A photo taken so many metres east of the corner, so many seconds after noon. */
function shot(key: string, metres: number | null, seconds: number, change: Partial<Facts> = {}): Shot {
  const seen = { position: metres === null ? null : east(metres), takenAt: NOON + seconds * 1000 }
  return { key, facts: facts({ seen, ...change }) }
}

/** The keys of the photos of each problem, as text. */
function sorted(added: readonly Shot[], before: readonly Shot[] = []): string[] {
  const problems = sortIntoProblems(before, added)
  const names = new Map<string, string>()
  for (const { key, facts } of before)
    names.set(facts.problem ?? '', (names.get(facts.problem ?? '') ?? '') + key)
  for (const [key, problem] of [...problems].sort()) names.set(problem, (names.get(problem) ?? '') + key)
  return [...names.values()].sort()
}

it('measures distances on the earth', () => {
  expect(metresBetween(CORNER, east(30))).toBeCloseTo(30, 1)
  const north = { ...CORNER, latitude: CORNER.latitude + 0.01 }
  expect(metresBetween(CORNER, north)).toBeCloseTo(1112, 0)
})

describe('sortIntoProblems', () => {
  it.each<[string, Shot[], string[]]>([
    ['one heap from three sides', [shot('a', 0, 0), shot('b', 20, 60), shot('c', 9, 300)], ['abc']],
    ['two heaps 40 m apart', [shot('a', 0, 0), shot('b', 40, 60)], ['a', 'b']],
    ['the same place after 11 minutes', [shot('a', 0, 0), shot('b', 0, 660)], ['a', 'b']],
    ['exactly 10 minutes', [shot('a', 0, 0), shot('b', 0, 600)], ['ab']],
    [
      'a walk with a photo every 20 m',
      [0, 20, 40, 60].map((m, i) => shot('abcd'[i] ?? '', m, m)),
      ['ab', 'cd'],
    ],
    ['any order', [shot('c', 9, 300), shot('a', 0, 0), shot('b', 20, 60)], ['abc']],
    ['the nearer of two', [shot('a', 0, 0), shot('b', 40, 10), shot('c', 25, 20)], ['a', 'bc']],
    ['no place: 20 s and 40 s', [shot('a', null, 0), shot('b', null, 20), shot('c', null, 40)], ['ab', 'c']],
    ['no place beside one', [shot('a', 0, 0), shot('b', null, 20)], ['ab']],
    [
      'nothing at all',
      [
        { key: 'a', facts: facts() },
        { key: 'b', facts: facts() },
      ],
      ['a', 'b'],
    ],
    ['fresh ones without EXIF', ['a', 'b'].map((key) => ({ key, facts: facts({ fresh: true }) })), ['ab']],
    [
      'fresh ones where the device is',
      [
        shot('a', null, 0, { fresh: true, device: CORNER }),
        shot('b', null, 200, { fresh: true, device: east(10) }),
      ],
      ['ab'],
    ],
    [
      'old ones, wherever the device is now',
      [shot('a', null, 0, { device: CORNER }), shot('b', null, 200, { device: CORNER })],
      ['a', 'b'],
    ],
    [
      'across the date line',
      ['a', 'b'].map((key, side) => ({
        key,
        facts: facts({
          seen: {
            position: { longitude: side === 0 ? 179.9999 : -179.9999, latitude: 0 },
            takenAt: NOON,
          },
        }),
      })),
      ['ab'],
    ],
  ])('%s', (_name, shots, problems) => {
    expect(sorted(shots)).toEqual(problems)
  })

  it('adds to what is sorted already and leaves it as somebody made it', () => {
    const far = shot('a', 0, 0, { problem: 'p' })
    const joinedByHand = shot('b', 400, 0, { problem: 'p' })
    const alone = shot('c', 400, 0, { problem: 'q' })
    expect(sorted([shot('d', 395, 30)], [far, joinedByHand, alone])).toEqual(['ab', 'cd'])
    expect(sorted([], [far, joinedByHand])).toEqual(['ab'])
  })

  it('goes by the pin where somebody has put one', () => {
    const moved = shot('a', 0, 0, { problem: 'p', pin: east(200) })
    expect(sorted([shot('b', 205, 60), shot('c', 0, 60)], [moved])).toEqual(['ab', 'c'])
  })
})

function draft(key: string, change: Partial<Facts>): Upload {
  const file = new File(['x'], `${key}.jpg`)
  const blank = { preview: '', progress: 0, photoId: null, refusal: null, kept: true }
  return { ...blank, key, file, state: 'draft', facts: facts({ problem: 'p', ...change }) }
}

const seenAt = (metres: number | null, seconds: number) => ({ seen: shot('', metres, seconds).facts.seen })

describe('a draft', () => {
  it.each<[string, Partial<Facts>[], [string, Position | null]]>([
    ['the place of most photos', [seenAt(0, 0), seenAt(2, 1), seenAt(5000, 2)], ['photo', east(2)]],
    ['the device, where no photo says', [{ device: CORNER }, {}], ['device', CORNER]],
    ['a photo before the device', [{ device: CORNER }, seenAt(7, 0)], ['photo', east(7)]],
    ['the pin before all', [{ ...seenAt(0, 0), pin: east(50) }], ['pin', east(50)]],
    ['nowhere', [{}], ['none', null]],
  ])('is recorded at %s', (_name, photos, [place, position]) => {
    const [found] = draftsOf(photos.map((one, index) => draft(String(index), one)))
    expect([found?.place, found?.position]).toEqual([place, position])
  })

  it('sends only what the photo does not say itself', () => {
    const [alone] = draftsOf([draft('a', seenAt(0, 0))])
    if (alone === undefined) throw new Error('no draft')
    const form = alone.uploads.map((upload) => formOf(alone, upload))
    expect(form).toEqual([{ problem: 'p', note: '', place: 'photo', position: null, takenAt: null }])
  })

  it('records all its photos at one place, with the time of each', () => {
    const photos = [seenAt(0, 0), seenAt(5, 60), seenAt(null, 90), { fileTime: NOON + 5000 }]
    const [found] = draftsOf(
      photos.map((one, index) => draft(String(index), { ...one, note: ' by the gate ' })),
    )
    if (found === undefined) throw new Error('no draft')
    const forms = found.uploads.map((upload) => formOf(found, upload))
    const [own, ...others] = forms.map((form) => form.position)
    expect(own).toBeNull()
    expect(others).toEqual([east(0), east(0), east(0)])
    expect(forms.map((form) => form.takenAt)).toEqual([null, '2026-11-24T04:00:05.000Z', null, null])
    expect(new Set(forms.map((form) => form.note))).toEqual(new Set(['by the gate']))
  })

  it('moves the time of all its photos by a correction', () => {
    const photos = [seenAt(0, 0), seenAt(0, 60)].map((one, index) =>
      draft(String(index), { ...one, shift: -3_600_000 }),
    )
    const [found] = draftsOf(photos)
    expect([found?.time, found?.takenAt]).toEqual(['corrected', NOON - 3_600_000])
    const times = found?.uploads.map((upload) => formOf(found, upload).takenAt)
    expect(times).toEqual(['2026-11-24T03:00:00.000Z', '2026-11-24T03:01:00.000Z'])
  })
})

it('knows no middle of nothing', () => {
  expect(middleOf([])).toBeNull()
})
