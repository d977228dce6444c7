import type { CaseAction, CaseRow, Role, TransitionRow } from '@/api/nouns'

/** Steps that can be taken on many cases: they ask nothing, or the server finds out itself which unit answers. */
const ANSWERED: ReadonlySet<string> = new Set(['unit'])

/** The steps that this role may take on all of these cases at once, as the server's table says, in its order. */
export function commonActions(
  rows: readonly CaseRow[],
  table: readonly TransitionRow[],
  role: Role,
): CaseAction[] {
  if (rows.length === 0) return []
  const open = table.filter(
    (step) => step.roles.includes(role) && step.requires.every((name) => ANSWERED.has(name)),
  )
  const statuses = new Set(rows.map((row) => row.status))
  const found = [...statuses].map(
    (status) => new Set(open.filter((step) => step.start === status).map((step) => step.action)),
  )
  return [...new Set(open.map((step) => step.action))].filter((action) =>
    found.every((actions) => actions.has(action)),
  )
}
