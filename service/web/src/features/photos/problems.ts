import type { Position } from '@/api/photoUpload'

import { randomUuid, takenAt, type Facts, type Form, type PlaceSource, type Upload } from './upload'

/**
 * Photos of one problem lie within 30 m. A phone among houses is 7 to 13 m off on average (K. Merry, P. Bettinger:
 * Smartphone GPS accuracy study in an urban environment, PLoS ONE 14(7), 2019), so that two photos of one place may well say
 * places 26 m apart. It is also twice what the office calls the same place (15 m, service/cases/relapse.py).
 */
export const WITHIN_METRES = 30
/**
 * Photos of one problem lie within 10 minutes. No standard gives a number; it is a judgement: long enough for close-ups and
 * the surroundings of one heap, short enough that a second round past the same place is another visit.
 */
export const WITHIN_MINUTES = 10
/**
 * Where a photo says no place, only time can tell: it takes 25 s to walk on by 30 m (at 1.2 m/s or 4 ft/s, by which the MUTCD
 * has long timed crossings: J. LaPlante, T. Kaeser, A History of Pedestrian Signal Walking Speed Assumptions, 2007).
 */
export const WITHIN_SECONDS_UNPLACED = 25

const EARTH_RADIUS = 6_371_008.8

/** Great-circle distance in metres, by the haversine formula. */
export function metresBetween(one: Position, other: Position): number {
  const [first, second] = [radians(one.latitude), radians(other.latitude)]
  const height = Math.sin((second - first) / 2) ** 2
  const width = Math.sin(radians(other.longitude - one.longitude) / 2) ** 2
  return (
    2 * EARTH_RADIUS * Math.asin(Math.sqrt(Math.min(1, height + Math.cos(first) * Math.cos(second) * width)))
  )
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180
}

/** Things by a name that several of them share; those without one are left out. */
export function grouped<T>(things: readonly T[], nameOf: (thing: T) => string | null): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const thing of things) {
    const name = nameOf(thing)
    if (name !== null) groups.set(name, [...(groups.get(name) ?? []), thing])
  }
  return groups
}

/** A photo as sorting sees it. */
export interface Shot {
  readonly key: string
  readonly facts: Facts
}

/**
 * Sort new photos into problems by place and time.
 *
 * A photo joins the problem of which every photo is near enough, the nearest where several are; so a walk along a street with
 * a photo every 20 m does not become one long problem. Photos that are sorted already stay where they are.
 *
 * @param sorted photos that belong to a problem, as drafts do
 * @param added photos that do not yet, in any order
 * @returns the problem of each new photo, by its key
 */
export function sortIntoProblems(sorted: readonly Shot[], added: readonly Shot[]): Map<string, string> {
  const problems = grouped(sorted, (shot) => shot.facts.problem)
  const found = new Map<string, string>()
  for (const shot of added.toSorted((one, other) => takenAt(one.facts) - takenAt(other.facts))) {
    let [nearest, least] = [randomUuid(), Infinity]
    for (const [problem, shots] of problems) {
      const farthest = Math.max(...shots.map((other) => strangeness(shot.facts, other.facts)))
      if (farthest <= 1 && farthest < least) [nearest, least] = [problem, farthest]
    }
    problems.set(nearest, [...(problems.get(nearest) ?? []), shot])
    found.set(shot.key, nearest)
  }
  return found
}

/** How unlike two photos are in place and time: 0 for the same, more than 1 for those of two problems. */
function strangeness(one: Facts, other: Facts): number {
  // Files that were saved in one go, by a messenger or an import, have one time: it says nothing of their pictures.
  if (!saysTime(one) || !saysTime(other)) return Infinity
  const apart = Math.abs(takenAt(one) - takenAt(other))
  const [place, otherPlace] = [ownPlace(one), ownPlace(other)]
  if (place === null || otherPlace === null) return apart / (WITHIN_SECONDS_UNPLACED * 1000)
  return Math.max(metresBetween(place, otherPlace) / WITHIN_METRES, apart / (WITHIN_MINUTES * 60_000))
}

function saysTime({ seen, fresh }: Facts): boolean {
  return seen.takenAt !== null || fresh
}

/** Where a photo was taken; where the device is now tells that only of a photo that was taken now. */
function ownPlace({ pin, seen, device, fresh }: Facts): Position | null {
  return pin ?? seen.position ?? (fresh ? device : null)
}

/** Photos that show one problem, before they are sent, oldest first. */
export interface Draft {
  readonly id: string
  readonly uploads: readonly Upload[]
  readonly place: PlaceSource
  /** Where it will be recorded. */
  readonly position: Position | null
  /** Where it would be without anybody's pin. */
  readonly found: Position | null
  /** When it was seen, milliseconds since the epoch: the time of its first photo. */
  readonly takenAt: number
  readonly time: 'photo' | 'file' | 'corrected'
  readonly note: string
}

/** The drafts among the uploads, as problems; the oldest first. */
export function draftsOf(uploads: readonly Upload[]): Draft[] {
  const drafts = uploads.filter((upload) => upload.state === 'draft')
  return [...grouped(drafts, (upload) => upload.facts.problem)]
    .map(([id, own]) => draftOf(id, own))
    .sort((one, other) => one.takenAt - other.takenAt || one.id.localeCompare(other.id))
}

function draftOf(id: string, uploads: readonly Upload[]): Draft {
  const inOrder = uploads.toSorted((one, other) => takenAt(one.facts) - takenAt(other.facts))
  const facts = inOrder.map((upload) => upload.facts)
  const first = facts[0]
  if (first === undefined) throw new Error('a problem without photos is none')
  const pin = facts.find((one) => one.pin !== null)?.pin ?? null
  const own = middleOf(facts.flatMap((one) => one.seen.position ?? []))
  const device = facts.find((one) => one.device !== null)?.device ?? null
  const found = own ?? device
  return {
    id,
    uploads: inOrder,
    place: pin !== null ? 'pin' : own !== null ? 'photo' : device !== null ? 'device' : 'none',
    position: pin ?? found,
    found,
    takenAt: takenAt(first),
    time: facts.some((one) => one.shift !== 0) ? 'corrected' : saysTime(first) ? 'photo' : 'file',
    note: first.note,
  }
}

/** The place that is nearest to all others: one that a phone measured, whatever a stray one says. */
export function middleOf(places: readonly Position[]): Position | null {
  let [middle, least] = [null as Position | null, Infinity]
  for (const place of places) {
    const sum = places.reduce((metres, other) => metres + metresBetween(place, other), 0)
    if (sum < least) [middle, least] = [place, sum]
  }
  return middle
}

/** What goes to the server with one photo of a problem: all are recorded at the problem's place. */
export function formOf(draft: Draft, { facts }: Upload): Form {
  const { seen, shift } = facts
  // What the photo says itself is left to the server to read, digit for digit.
  const says = draft.place === 'photo' && draft.position === seen.position
  return {
    problem: draft.id,
    note: draft.note.trim(),
    place: draft.place,
    position: says ? null : draft.position,
    takenAt: shift === 0 && seen.takenAt !== null ? null : new Date(takenAt(facts)).toISOString(),
  }
}
