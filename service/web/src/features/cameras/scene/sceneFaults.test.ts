import { expect, it } from 'vitest'

import { sortFaults } from './sceneFaults'

it.each([
  ['zones.0.carriageway.polygon', 0, 'polygon'],
  ['zones.12.no_parking.schedule', 12, 'schedule'],
  ['zones.3.barrier.line.1.0', 3, 'line'],
  ['zones.3', 3, ''],
])('finds the zone of %s', (field, index, part) => {
  expect(sortFaults([{ field, message: 'wrong' }]).zones.get(index)).toEqual({
    field: part,
    message: 'wrong',
  })
})

it('finds the rule and keeps the rest', () => {
  const faults = sortFaults([
    { field: 'rules.jaywalking.min_seconds', message: 'too small' },
    { field: 'ground.image', message: 'four points' },
    { field: '', message: 'no scene' },
  ])
  expect([...faults.rules]).toEqual([['jaywalking.min_seconds', 'too small']])
  expect(faults.other).toEqual(['ground.image: four points', 'no scene'])
})
