/** What this browser remembers of a person's choices. A browser that forbids storage just forgets them. */
type Preference = 'locale' | 'theme' | 'photos.note' | 'photos.locate'

const PREFIX = 'streetwarden.'

export function remembered(name: Preference): string | null {
  try {
    return window.localStorage.getItem(PREFIX + name)
  } catch {
    return null
  }
}

export function remember(name: Preference, value: string): void {
  try {
    window.localStorage.setItem(PREFIX + name, value)
  } catch {
    // Private windows and full storage refuse; the choice then lasts until the page is closed.
  }
}
