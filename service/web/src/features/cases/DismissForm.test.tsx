import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { render, screen } from '@testing-library/react'
import { userEvent } from '@testing-library/user-event'
import { expect, it, vi } from 'vitest'

import { catalogueQuery } from '@/api/catalogue'
import { LocaleProvider } from '@/app/locale'

import { DismissForm } from './DismissForm'

function show() {
  const cache = new QueryClient()
  const reason = (code: string, chinese: string, needs_note = false) => ({
    code,
    chinese,
    english: code,
    needs_note,
  })
  cache.setQueryData(catalogueQuery.queryKey, {
    kinds: [],
    case_states: [],
    case_actions: [],
    requirements: [],
    outcomes: [],
    grades: [],
    unit_kinds: [],
    area_levels: [],
    zone_kinds: [],
    roles: [],
    dismissal_reasons: [
      reason('not_an_offence', '不构成违规'),
      reason('duplicate', '重复'),
      reason('other', '其他', true),
    ],
  })
  const onDismiss = vi.fn()
  const onCancel = vi.fn()
  render(
    <QueryClientProvider client={cache}>
      <LocaleProvider>
        <DismissForm onDismiss={onDismiss} onCancel={onCancel} />
      </LocaleProvider>
    </QueryClientProvider>,
  )
  return { onDismiss, onCancel, user: userEvent.setup() }
}

it.each([
  ['2', 'duplicate', ''],
  ['{Enter}', 'not_an_offence', ''],
  ['{ArrowDown}{Enter}', 'duplicate', ''],
  ['{ArrowUp}3水渍 2 处{Enter}', 'other', '水渍 2 处'],
])('keys %s decide for %s', async (keys, reason, note) => {
  const { onDismiss, user } = show()
  await user.keyboard(keys)
  expect(onDismiss).toHaveBeenCalledExactlyOnceWith(reason, note)
})

it('asks for the note that a reason needs, and keeps what is typed', async () => {
  const { onDismiss, user } = show()
  await user.keyboard('3')
  expect(onDismiss).not.toHaveBeenCalled()
  expect(screen.getByRole('alert').textContent).toContain('必须填写说明')
  expect(document.activeElement).toBe(screen.getByRole('textbox'))
})

it('goes back on Esc', async () => {
  const { onCancel, onDismiss, user } = show()
  await user.keyboard('{Escape}')
  expect(onCancel).toHaveBeenCalledOnce()
  expect(onDismiss).not.toHaveBeenCalled()
})
