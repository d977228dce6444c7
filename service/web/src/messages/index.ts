import { zhCN } from './zh-CN'
import type { zhOffice } from './zh-CN.office'
import type { zhPhotos } from './zh-CN.photos'

/** The languages of the console; the first is the default. */
export const LOCALES = ['zh-CN', 'en-US'] as const
export type Locale = (typeof LOCALES)[number]

type Texts = typeof zhCN & typeof zhOffice & typeof zhPhotos
export type MessageKey = keyof Texts
/** A text, or one text for each plural form; the form is chosen by the parameter `count`. */
export type Message = string | { readonly one: string; readonly other: string }
export type Catalogue = Readonly<Record<MessageKey, Message>>

type ParameterOf<Text> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParameterOf<Rest>
  : never
export type Parameters<Key extends MessageKey> = [ParameterOf<Texts[Key]>] extends [never]
  ? []
  : [values: Readonly<Record<ParameterOf<Texts[Key]>, string | number>>]

export type Translate = <Key extends MessageKey>(key: Key, ...parameters: Parameters<Key>) => string

/** The Chinese texts that are here; those of the other files come with the pages that show them. */
const chinese: Partial<Record<MessageKey, string>> = { ...zhCN }
/** The catalogues that are here; Chinese is from the start, since it is also what keys are checked with. */
const loaded: Partial<Record<Locale, Partial<Catalogue>>> = { 'zh-CN': chinese }

export function isLoaded(locale: Locale): boolean {
  return loaded[locale] !== undefined
}

/** Fetch the texts of the cameras' and the administration's pages, before one of them is shown. */
export async function loadOfficeTexts(): Promise<void> {
  const { zhOffice } = await import('./zh-CN.office')
  Object.assign(chinese, zhOffice)
}

/** Fetch the texts of the page that photos are uploaded on, before it is shown. */
export async function loadPhotoTexts(): Promise<void> {
  const { zhPhotos } = await import('./zh-CN.photos')
  Object.assign(chinese, zhPhotos)
}

/** Fetch a language's catalogue, once; a first page in one language need not carry the others. */
export async function loadCatalogue(locale: Locale): Promise<Partial<Catalogue>> {
  const known = loaded[locale]
  if (known !== undefined) return known
  const { enUS } = await import('./en-US')
  loaded['en-US'] = enUS
  return enUS
}

/**
 * The function that gives texts of one language, with `{name}` replaced by the parameter of that name. The language must be
 * loaded; else texts are Chinese.
 */
export function translator(locale: Locale): Translate {
  const catalogue = loaded[locale] ?? chinese
  const plural = new Intl.PluralRules(locale)
  const number = new Intl.NumberFormat(locale)
  return (key, ...parameters) => {
    const values: Readonly<Record<string, string | number>> = parameters[0] ?? {}
    const message: Message = catalogue[key] ?? key
    const count = Number(values.count ?? 0)
    const text =
      typeof message === 'string' ? message : message[plural.select(count) === 'one' ? 'one' : 'other']
    return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = values[name]
      if (value === undefined) return whole
      return typeof value === 'number' ? number.format(value) : value
    })
  }
}

/** Whether a text is a key of the catalogue; for names that the server makes, such as field names. */
export function isMessageKey(key: string): key is MessageKey {
  return Object.hasOwn(chinese, key)
}
