import { enUS } from './en-US'
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

export const CATALOGUES: Readonly<Record<Locale, Catalogue>> = { 'zh-CN': zhCN, 'en-US': enUS }

/** The function that gives texts of one language, with `{name}` replaced by the parameter of that name. */
export function translator(locale: Locale): Translate {
  const plural = new Intl.PluralRules(locale)
  const number = new Intl.NumberFormat(locale)
  return (key, ...parameters) => {
    const values: Readonly<Record<string, string | number>> = parameters[0] ?? {}
    const message = CATALOGUES[locale][key]
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
