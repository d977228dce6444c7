import type { Camera, Gap } from '@/api/nouns'
import { isMessageKey, type MessageKey, type Translate } from '@/messages'

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

/** Why a camera could not see: the catalogue's word, or the engine's own for a kind that is new here. */
export function gapName(t: Translate, kind: string): string {
  const key = `cameras.gap.${kind}`
  return isGapKey(key) ? t(key) : kind
}

type GapKey = Extract<MessageKey, `cameras.gap.${string}`>

function isGapKey(key: string): key is GapKey {
  return isMessageKey(key)
}

/** Whether a camera that should watch its street sees nothing of it now. */
export function isBlind({ enabled, status, gap }: Pick<Camera, 'enabled' | 'status' | 'gap'>): boolean {
  return enabled && (status?.state !== 'running' || gap?.suspended === true)
}
