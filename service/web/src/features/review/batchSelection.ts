/** What is chosen on a grid of cases, and where the keyboard stands. */
export interface BatchSelection {
  readonly chosen: ReadonlySet<string>
  readonly at: number
}

export const NOTHING: BatchSelection = { chosen: new Set(), at: 0 }

/** Choose or leave one; with `through`, everything between where the keyboard stood and it is chosen. */
export function toggled(
  { chosen, at }: BatchSelection,
  ids: readonly string[],
  index: number,
  through: boolean,
): BatchSelection {
  const id = ids[index]
  if (id === undefined) return { chosen, at }
  if (through) {
    const between = ids.slice(Math.min(at, index), Math.max(at, index) + 1)
    return { chosen: new Set([...chosen, ...between]), at: index }
  }
  const next = new Set(chosen)
  if (!next.delete(id)) next.add(id)
  return { chosen: next, at: index }
}

/** The keyboard goes on by so many; it stops at the ends. */
export function stepped(selection: BatchSelection, count: number, by: number): BatchSelection {
  return { ...selection, at: Math.min(Math.max(selection.at + by, 0), Math.max(count - 1, 0)) }
}

/** What of the choice is still there, in the order of the queue. */
export function stillThere({ chosen }: BatchSelection, ids: readonly string[]): string[] {
  return ids.filter((id) => chosen.has(id))
}
