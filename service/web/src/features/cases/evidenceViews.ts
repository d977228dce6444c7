import type { Case, Evidence } from '@/api/nouns'

const ROLE_ORDER = ['after', 'context', 'closeup', 'clip', 'original']

/** Evidence as people look at it: the place first, then close, then what moves, the untouched last. */
export function inViewOrder(evidence: readonly Evidence[]): Evidence[] {
  return evidence.toSorted((a, b) => ROLE_ORDER.indexOf(a.role) - ROLE_ORDER.indexOf(b.role))
}

/** The next picture when somebody switches: context, close-up, clip, round again; the original only when asked for. */
export function nextView(evidence: readonly Evidence[], selected: string | null): string | null {
  const views = evidence.filter((file) => file.role !== 'original')
  const at = views.findIndex((file) => file.id === (selected ?? views[0]?.id))
  return views[(at + 1) % Math.max(1, views.length)]?.id ?? null
}

function isPicture(file: Evidence): boolean {
  return file.media_type.startsWith('image/') && file.deleted_at === null
}

export function isClip(file: Evidence | undefined): boolean {
  return file?.role === 'clip' && file.media_type.startsWith('video/')
}

/** The picture that the offence's box, and boxes that reviewers draw, belong to: the last original. */
export function boxedOriginal(found: Case): Evidence | null {
  const originals = found.evidence.filter((file) => file.role === 'original' && isPicture(file))
  return originals.toSorted((a, b) => (a.taken_at ?? '').localeCompare(b.taken_at ?? '')).at(-1) ?? null
}

/**
 * The same moment with the box, for one without, and the other way round: what is shown to everybody has its boxes
 * burnt in, the original has none.
 */
export function otherWithBoxes(evidence: readonly Evidence[], shown: Evidence | undefined): Evidence | null {
  if (shown === undefined) return null
  const wanted = shown.role === 'original' ? 'context' : 'original'
  const candidates = evidence.filter((file) => file.role === wanted && isPicture(file))
  return candidates.find((file) => file.taken_at === shown.taken_at) ?? candidates[0] ?? null
}
