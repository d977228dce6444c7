import { remember, remembered } from '@/app/preferences'

/** What a table of cases can show beside picture and number. */
export const COLUMNS = [
  'kind',
  'status',
  'place',
  'unit',
  'due',
  'occurred',
  'created',
  'confidence',
] as const
export type Column = (typeof COLUMNS)[number]

const USUAL: readonly Column[] = ['kind', 'status', 'place', 'unit', 'due', 'occurred', 'confidence']

/** The columns that this browser's reader chose, in the table's order. */
export function chosenColumns(): readonly Column[] {
  const names = remembered('cases.columns')?.split(',')
  return names === undefined ? USUAL : COLUMNS.filter((column) => names.includes(column))
}

export function keepColumns(columns: readonly Column[]): void {
  remember('cases.columns', columns.join(','))
}
