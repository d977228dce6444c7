import { describe, expect, it } from 'vitest'

import { loadCatalogue, translator } from '@/messages'
import { problemDetail, problemText } from '@/shared/problemText'

import { conflictOf } from './cases'
import { Problem } from './problem'

await loadCatalogue('en-US')
const t = translator('en-US')

describe('Problem.of', () => {
  it('reads the fields at fault and the wait', () => {
    const body = {
      title: 'Invalid',
      detail: 'zones.0: wrong',
      errors: [{ field: 'zones.0', message: 'wrong' }, 'noise'],
    }
    const problem = Problem.of(422, body, '12')
    expect(problem.faults).toEqual([{ field: 'zones.0', message: 'wrong' }])
    expect(problem.retryAfter).toBe(12)
  })

  it.each([['<html>502 Bad Gateway</html>'], [null], [[]]])(
    'keeps the status of an answer that is no problem: %s',
    (body) => {
      expect(Problem.of(502, body, null)).toMatchObject({
        status: 502,
        detail: '',
        faults: [],
        retryAfter: null,
      })
    },
  )
})

it.each([
  [Problem.unreachable(), 'The server cannot be reached'],
  [new Problem(413, ''), 'Too large'],
  [new Problem(507, ''), 'disk is full'],
  [new Problem(503, ''), 'The server failed (503)'],
  [new Problem(418, ''), 'That failed (418)'],
])('says what %s means', (problem, text) => {
  expect(problemText(t, problem)).toContain(text)
})

it('adds the server’s own words', () => {
  expect(problemDetail(t, new Problem(415, '', { detail: 'GIF is not supported' }))).toContain(
    '(GIF is not supported)',
  )
})

it.each([
  [new Problem(409, '', { current: { status: 'filed' } }), 'filed'],
  [new Problem(409, ''), undefined],
  [new Problem(422, '', { current: { status: 'filed' } }), undefined],
])('finds what a case has become in %s', (problem, status) => {
  expect(conflictOf(problem)?.status).toBe(status)
})
