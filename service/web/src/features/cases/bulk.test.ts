import { expect, it } from 'vitest'

import type { CaseRow, CaseStatus, Role, TransitionRow } from '@/api/nouns'

import { commonActions } from './bulk'

function step(start: CaseStatus, action: TransitionRow['action'], requires: TransitionRow['requires'] = []) {
  return { start, action, end: start, roles: ['operator'], requires, by_system: false } as TransitionRow
}

const TABLE = [
  step('pending', 'confirm'),
  step('pending', 'dismiss', ['reason']),
  step('filed', 'dispatch', ['unit']),
  step('filed', 'close'),
  step('rectified', 'close'),
]

it.each<[CaseStatus[], Role, string[]]>([
  [['pending', 'pending'], 'operator', ['confirm']],
  [['filed'], 'operator', ['dispatch', 'close']],
  [['filed', 'rectified'], 'operator', ['close']],
  [['pending', 'filed'], 'operator', []],
  [['pending'], 'inspector', []],
  [[], 'operator', []],
])('with cases that are %o, %s may %o', (statuses, role, actions) => {
  const rows = statuses.map((status) => ({ status }) as CaseRow)
  expect(commonActions(rows, TABLE, role)).toEqual(actions)
})
