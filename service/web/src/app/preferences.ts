/** What this browser remembers of a person's choices. A browser that forbids storage just forgets them. */
type Preference = 'signed-in' | 'user' | 'storage' | 'locale' | 'theme' | 'photos.locate' | 'cases.columns'

const PREFIX = 'streetwarden.'

export function remembered(name: Preference): string | null {
  try {
    return window.localStorage.getItem(PREFIX + name)
  } catch {
    return null
  }
}

/** Whether this browser keeps anything at all. */
export function canRemember(): boolean {
  remember('storage', 'yes')
  return remembered('storage') === 'yes'
}

export function forget(name: Preference): void {
  try {
    window.localStorage.removeItem(PREFIX + name)
  } catch {
    // Nothing was kept.
  }
}

export function remember(name: Preference, value: string): void {
  try {
    window.localStorage.setItem(PREFIX + name, value)
  } catch {
    // Private windows and full storage refuse; the choice then lasts until the page is closed.
  }
}
