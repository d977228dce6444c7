import { expect, test } from 'vitest'

import { inLanguage, pathOf } from './words'

test('a notice leads to the page that it is about', () => {
  const nothing = { case_id: null, camera_id: null }
  expect(pathOf({ ...nothing, kind: 'case_dispatched', case_id: 'c1' })).toBe('/cases/c1')
  expect(pathOf({ ...nothing, kind: 'camera_blind', camera_id: 'gate 1' })).toBe('/cameras/gate%201')
  expect(pathOf({ ...nothing, kind: 'camera_blind' })).toBe('/cameras')
  expect(pathOf({ ...nothing, kind: 'webhook_dead' })).toBe('/admin/webhooks')
})

test('texts of the server come in the chosen language', () => {
  const words = { chinese: '通知', english: 'Notice' }
  expect([inLanguage(words, 'zh-CN'), inLanguage(words, 'en-US')]).toEqual(['通知', 'Notice'])
})
