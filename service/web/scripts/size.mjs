// Prints what the first page (entry, sign-in, review) weighs with gzip, and fails over the limit.
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const LIMIT_KB = 250
const FIRST_PAGE = ['index.html', 'src/features/session/SignInPage.tsx', 'src/features/review/ReviewPage.tsx']

const dist = new URL('../dist/', import.meta.url)
let manifest
try {
  manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'))
} catch {
  console.error('dist/.vite/manifest.json is missing: run `npm run build` first')
  process.exit(2)
}

/** Every file that a page needs before it can show: its chunk, the chunks it imports, their styles. */
function closure(key, seen) {
  const chunk = manifest[key]
  if (!chunk || seen.has(key)) return seen
  seen.set(key, chunk)
  for (const imported of chunk.imports ?? []) closure(imported, seen)
  return seen
}

const needed = new Map()
for (const key of FIRST_PAGE) closure(key, needed)
const files = new Set([...needed.values()].flatMap((chunk) => [chunk.file, ...(chunk.css ?? [])]))
const everything = new Set(Object.values(manifest).flatMap((chunk) => [chunk.file, ...(chunk.css ?? [])]))

const kilobytes = (name) => gzipSync(readFileSync(new URL(name, dist)), { level: 9 }).length / 1024
let total = 0
console.log('first page (sign-in and review), gzip:')
for (const [name, size] of [...files].map((name) => [name, kilobytes(name)]).sort((a, b) => b[1] - a[1])) {
  total += size
  console.log(`  ${size.toFixed(1).padStart(7)} KB  ${name}`)
}
console.log(`  ${total.toFixed(1).padStart(7)} KB  in all; limit ${LIMIT_KB}`)
console.log('loaded when needed, gzip:')
for (const [name, size] of [...everything]
  .filter((name) => !files.has(name))
  .map((name) => [name, kilobytes(name)])
  .sort((a, b) => b[1] - a[1])) {
  console.log(`  ${size.toFixed(1).padStart(7)} KB  ${name}`)
}
if (total > LIMIT_KB) {
  console.error(`the first page weighs ${total.toFixed(1)} KB, over the limit of ${LIMIT_KB} KB`)
  process.exit(1)
}
