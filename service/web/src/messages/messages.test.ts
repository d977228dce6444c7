import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { enUS } from './en-US'
import {
  loadCatalogue,
  LOCALES,
  translator,
  type Catalogue,
  type Locale,
  type Message,
  type MessageKey,
} from './index'
import { zhCN } from './zh-CN'
import { zhOffice } from './zh-CN.office'
import { zhPhotos } from './zh-CN.photos'

const SOURCES = join(import.meta.dirname, '..')
const CATALOGUES: Readonly<Record<Locale, Catalogue>> = {
  'zh-CN': { ...zhCN, ...zhOffice, ...zhPhotos },
  'en-US': enUS,
}
const KEYS = Object.keys(CATALOGUES['zh-CN']) as MessageKey[]

function forms(message: Message): string[] {
  return typeof message === 'string' ? [message] : [message.one, message.other]
}

function placeholders(text: string): string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '').sort()
}

function sources(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) return name === 'messages' ? [] : sources(path)
    return /\.tsx?$/.test(name) && !name.includes('.test.') ? [readFileSync(path, 'utf8')] : []
  })
}

describe.each(LOCALES)('the catalogue %s', (locale) => {
  const catalogue: Readonly<Record<string, Message>> = CATALOGUES[locale]

  it('has the same keys as the Chinese one', () => {
    expect(Object.keys(catalogue).sort()).toEqual([...KEYS].sort())
  })

  it('says every key with the same parameters and some text', () => {
    const wrong = KEYS.filter((key) => {
      const wanted = placeholders(forms(CATALOGUES['zh-CN'][key])[0] ?? '').join()
      return forms(catalogue[key] ?? '').some(
        (text) => text.trim() === '' || placeholders(text).join() !== wanted,
      )
    })
    expect(wrong).toEqual([])
  })
})

it('keeps each Chinese text in one place', () => {
  const parts = [zhCN, zhOffice, zhPhotos].flatMap((part) => Object.keys(part))
  expect(parts.filter((key, index) => parts.indexOf(key) !== index)).toEqual([])
})

it('leaves no Chinese in the English texts but the switch to Chinese', () => {
  const chinese = KEYS.filter((key) =>
    forms(CATALOGUES['en-US'][key]).some((text) => /\p{Script=Han}/u.test(text)),
  )
  expect(chinese).toEqual(['header.language'])
})

it('has no key that no page uses', () => {
  const code = sources(SOURCES).join('\n')
  const prefixes = [...code.matchAll(/`([a-z]+\.(?:[a-z]+\.)*)\$\{/gi)].map((match) => match[1] ?? '')
  const unused = KEYS.filter(
    (key) => !code.includes(`'${key}'`) && !prefixes.some((prefix) => key.startsWith(prefix)),
  )
  expect(unused).toEqual([])
})

describe('translator', () => {
  it.each([
    ['en-US', 1, '1 case waiting'],
    ['en-US', 2, '2 cases waiting'],
    ['en-US', 1200, '1,200 cases waiting'],
    ['zh-CN', 1, '1 件待审'],
  ] as const)('chooses the plural form in %s for %d', async (locale, count, text) => {
    await loadCatalogue(locale)
    expect(translator(locale)('review.waiting', { count })).toBe(text)
  })
})
