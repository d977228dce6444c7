import type { Case } from '@/api/nouns'

const kept = new Map<string, HTMLImageElement>()
const MOST = 24

/** Fetch and decode the pictures that a case shows first, so that it comes on screen at once. */
export async function preloadEvidence(found: Case): Promise<void> {
  const urls = found.evidence
    .filter(
      (file) => (file.role === 'context' || file.role === 'closeup') && file.media_type.startsWith('image/'),
    )
    .map((file) => file.url)
  await Promise.all(urls.filter((url) => !kept.has(url)).map(preload))
}

async function preload(url: string): Promise<void> {
  const image = new Image()
  kept.set(url, image)
  const oldest = kept.keys().next().value
  if (kept.size > MOST && oldest !== undefined) kept.delete(oldest)
  image.src = url
  // A picture that cannot be loaded is tried again, and said, when its case is on screen.
  await image.decode().catch(() => kept.delete(url))
}
