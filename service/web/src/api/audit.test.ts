import { expect, it } from 'vitest'

import { firstBreak } from './audit'
import type { AuditEntry } from './nouns'

function row(sequence: number, hash: string, previous_hash: string) {
  return { sequence, hash, previous_hash } as AuditEntry
}

it.each([
  ['an empty page', [], null],
  ['rows that follow', [row(3, 'c', 'b'), row(2, 'b', 'a'), row(1, 'a', '')], null],
  ['a changed row', [row(3, 'c', 'b'), row(2, 'x', 'a')], 3],
  ['a row that is missing', [row(4, 'd', 'c'), row(2, 'c', 'a')], 4],
])('in %s the first break is %o', (_name, rows, broken) => {
  expect(firstBreak(rows)).toBe(broken)
})
