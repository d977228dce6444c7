import { useSyncExternalStore } from 'react'

import type { ThemeName } from '@/app/theme'

/**
 * The theme that the page shows, read off the page: taking it from the provider would tear the first page's parts of Ant
 * Design into more files.
 */
export function useShownTheme(): ThemeName {
  return useSyncExternalStore(watch, shown)
}

function watch(onChange: () => void): () => void {
  const observer = new MutationObserver(onChange)
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] })
  return () => observer.disconnect()
}

function shown(): ThemeName {
  return document.documentElement.dataset.theme === 'dark' ? 'dark' : 'light'
}
