import { zhCN } from './zh-CN'

/** The languages of the console; the first is the default. */
export const LOCALES = ['zh-CN', 'en-US'] as const
export type Locale = (typeof LOCALES)[number]

export type MessageKey = keyof typeof zhCN
/** A text, or one text for each plural form; the form is chosen by the parameter `count`. */
export type Message = string | { readonly one: string; readonly other: string }
export type Catalogue = Readonly<Record<MessageKey, Message>>

type ParameterOf<Text> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParameterOf<Rest>
  : never
export type Parameters<Key extends MessageKey> = [ParameterOf<(typeof zhCN)[Key]>] extends [never]
  ? []
  : [values: Readonly<Record<ParameterOf<(typeof zhCN)[Key]>, string | number>>]

export type Translate = <Key extends MessageKey>(key: Key, ...parameters: Parameters<Key>) => string

/** The catalogues that are here; Chinese is from the start, since it is also what keys are checked with. */
const loaded: Partial<Record<Locale, Catalogue>> = { 'zh-CN': zhCN }

export function isLoaded(locale: Locale): boolean {
  return loaded[locale] !== undefined
}

/** Fetch a language's catalogue, once; a first page in one language need not carry the others. */
export async function loadCatalogue(locale: Locale): Promise<Catalogue> {
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
  const catalogue = loaded[locale] ?? zhCN
  const plural = new Intl.PluralRules(locale)
  const number = new Intl.NumberFormat(locale)
  return (key, ...parameters) => {
    const values: Readonly<Record<string, string | number>> = parameters[0] ?? {}
    const message: Message = catalogue[key]
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
  return Object.hasOwn(zhCN, key)
}
