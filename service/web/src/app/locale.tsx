import { createContext, use, useCallback, useEffect, useMemo, useState, type ReactNode } from 'react'

import { LOCALES, translator, type Locale, type Translate } from '@/messages'

import { remember, remembered } from './preferences'

interface LocaleValue {
  locale: Locale
  setLocale: (locale: Locale) => void
  t: Translate
}

const LocaleContext = createContext<LocaleValue | null>(null)

/** Gives the language to all pages and keeps it in this browser. Chinese unless somebody chose otherwise. */
export function LocaleProvider({ children }: { children: ReactNode }) {
  const [locale, setState] = useState<Locale>(
    () => LOCALES.find((name) => name === remembered('locale')) ?? 'zh-CN',
  )

  useEffect(() => {
    document.documentElement.lang = locale
  }, [locale])

  const setLocale = useCallback((next: Locale) => {
    remember('locale', next)
    setState(next)
  }, [])

  const value = useMemo(() => ({ locale, setLocale, t: translator(locale) }), [locale, setLocale])
  return <LocaleContext value={value}>{children}</LocaleContext>
}

export function useLocale(): LocaleValue {
  const value = use(LocaleContext)
  if (value === null) throw new Error('useLocale needs a LocaleProvider above it')
  return value
}

/** The texts of the chosen language. */
export function useMessages(): Translate {
  return useLocale().t
}
