interface Page<T> {
  items: T[]
  next_cursor: string | null
}

/** All items of a list that is short enough to be shown whole, page after page. */
export async function everyPage<T>(
  fetchPage: (query: { limit: number; cursor?: string }) => Promise<Page<T>>,
): Promise<T[]> {
  const items: T[] = []
  let cursor: string | null = null
  do {
    const page: Page<T> = await fetchPage(cursor === null ? { limit: 200 } : { limit: 200, cursor })
    items.push(...page.items)
    cursor = page.next_cursor
  } while (cursor !== null)
  return items
}
