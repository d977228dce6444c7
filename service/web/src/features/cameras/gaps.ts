import type { Gap } from '@/api/nouns'

/**
 * What part of a period a camera could see. Gaps may overlap: each moment counts once. A gap that only re-aligned the zones
 * hid nothing.
 *
 * @param since milliseconds since the epoch, as `until`
 */
export function seenShare(gaps: readonly Gap[], since: number, until: number): number {
  const spans = gaps
    .filter((gap) => gap.suspended)
    .map((gap) => [
      Math.max(since, Date.parse(gap.started_at)),
      Math.min(until, gap.ended_at === null ? until : Date.parse(gap.ended_at)),
    ])
    .sort(([one = 0], [other = 0]) => one - other)
  let hidden = 0
  let covered = since
  for (const [start = 0, end = 0] of spans) {
    hidden += Math.max(0, end - Math.max(start, covered))
    covered = Math.max(covered, end)
  }
  return until > since ? 1 - hidden / (until - since) : 1
}
