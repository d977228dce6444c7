import { describe, expect, it } from 'vitest'

import type { Case, Evidence } from '@/api/nouns'

import { boxedOriginal, inViewOrder, isClip, nextView, otherWithBoxes } from './evidenceViews'

function file(id: string, role: Evidence['role'], time: string, media = 'image/jpeg'): Evidence {
  return {
    id,
    role,
    note: '',
    media_type: media,
    sha256: '',
    size: 1,
    taken_at: time,
    deleted_at: null,
    url: `/${id}`,
  }
}

const FILES = [
  file('c1', 'context', '01'),
  file('o1', 'original', '01'),
  file('c2', 'context', '02'),
  file('o2', 'original', '02'),
  file('near', 'closeup', '02'),
  file('clip', 'clip', '01', 'video/mp4'),
  file('film', 'original', '03', 'video/mp4'),
]

it('shows the place first and the original last', () => {
  expect(inViewOrder(FILES).map((one) => one.id)).toEqual(['c1', 'c2', 'near', 'clip', 'o1', 'o2', 'film'])
})

it('goes round all but originals', () => {
  const views = inViewOrder(FILES)
  const seen = [nextView(views, null)]
  for (let count = 0; count < 4; count++) seen.push(nextView(views, seen.at(-1) ?? null))
  expect(seen).toEqual(['c2', 'near', 'clip', 'c1', 'c2'])
})

it('finds the last original that is a picture', () => {
  expect(boxedOriginal({ evidence: FILES } as unknown as Case)?.id).toBe('o2')
  expect(boxedOriginal({ evidence: [] } as unknown as Case)).toBeNull()
})

describe('otherWithBoxes', () => {
  it.each([
    ['c2', 'o2'],
    ['o1', 'c1'],
    ['near', 'o2'],
    ['film', 'c1'],
  ])('from %s to %s', (from, to) => {
    const shown = FILES.find((one) => one.id === from)
    expect(otherWithBoxes(FILES, shown)?.id).toBe(to)
  })

  it('has nothing where originals may not be seen', () => {
    expect(otherWithBoxes(FILES.slice(0, 1), FILES[0])).toBeNull()
  })
})

it('knows a clip', () => {
  expect(FILES.filter((one) => isClip(one)).map((one) => one.id)).toEqual(['clip'])
})
