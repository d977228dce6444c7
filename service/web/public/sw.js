// The console without a net: its own files from the cache, so that inspectors can take photos where there is no signal.
// What the office holds is never kept here; photos that wait to be sent lie in IndexedDB (src/features/photos/photoStore.ts).
const CACHE = 'console'
const INDEX = '/index.html'
const MANIFEST = '/.vite/manifest.json'
/** What must work without a net: the frame, the upload page with all that it loads later, both languages. */
const ROOTS = [
  'index.html',
  'src/features/photos/UploadPage.tsx',
  'src/messages/zh-CN.photos.ts',
  'src/messages/en-US.ts',
]
const PATIENCE_MS = 4000

self.addEventListener('install', (event) => {
  event.waitUntil(refresh().then(() => self.skipWaiting()))
})

self.addEventListener('activate', (event) => {
  event.waitUntil(self.clients.claim())
})

self.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== self.location.origin || url.pathname.startsWith('/api/'))
    return
  if (request.mode === 'navigate') event.respondWith(page(event))
  else if (url.pathname.startsWith('/assets/')) event.respondWith(asset(request))
})

/** The newest page while the office answers soon; else the page as it was. */
async function page(event) {
  const cache = await caches.open(CACHE)
  const kept = await cache.match(INDEX)
  const abort = new AbortController()
  const timer = kept === undefined ? undefined : setTimeout(() => abort.abort(), PATIENCE_MS)
  try {
    const answer = await fetch(event.request.url, { signal: abort.signal, credentials: 'same-origin' })
    if (answer.ok) event.waitUntil(keep(cache, answer.clone()))
    return answer
  } catch (error) {
    if (kept !== undefined) return kept
    throw error
  } finally {
    clearTimeout(timer)
  }
}

/** Files whose names hold their hash never change. */
async function asset(request) {
  const cache = await caches.open(CACHE)
  const kept = await cache.match(request)
  if (kept !== undefined) return kept
  const answer = await fetch(request)
  if (answer.ok) await cache.put(request, answer.clone())
  return answer
}

/** Keep a page that is not the one from before, with the files that belong to it. */
async function keep(cache, answer) {
  const before = await cache.match(INDEX)
  const [text, old] = await Promise.all([answer.clone().text(), before?.text()])
  if (text !== old) await refresh()
}

/** Fetch what works without a net, and drop what no page of this version needs. */
async function refresh() {
  const cache = await caches.open(CACHE)
  const manifest = await (await fetch(MANIFEST, { cache: 'no-cache' })).json()
  const wanted = filesOf(manifest)
  const kept = new Set((await cache.keys()).map((request) => new URL(request.url).pathname))
  await cache.addAll([...wanted].filter((path) => !kept.has(path)))
  await cache.add(new Request(INDEX, { cache: 'no-cache' }))
  const all = new Set(Object.values(manifest).flatMap((chunk) => paths(chunk)))
  await Promise.all(
    [...kept].filter((path) => path !== INDEX && !all.has(path)).map((path) => cache.delete(path)),
  )
}

function filesOf(manifest) {
  const files = new Set()
  const seen = new Set()
  const visit = (key) => {
    const chunk = manifest[key]
    if (chunk === undefined || seen.has(key)) return
    seen.add(key)
    paths(chunk).forEach((path) => files.add(path))
    const later = chunk.isEntry ? [] : (chunk.dynamicImports ?? [])
    for (const next of [...(chunk.imports ?? []), ...later]) visit(next)
  }
  ROOTS.forEach(visit)
  return files
}

function paths(chunk) {
  return [chunk.file, ...(chunk.css ?? [])].map((file) => `/${file}`)
}
