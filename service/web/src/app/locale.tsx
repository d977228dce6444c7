import { createContext, use, useCallback, useEffect, useMemo, useState, type ReactNode } from 'react'

import { isLoaded, loadCatalogue, LOCALES, translator, type Locale, type Translate } from '@/messages'

import { remember, remembered } from './preferences'

interface LocaleValue {
  locale: Locale
  setLocale: (locale: Locale) => void
  t: Translate
}

const LocaleContext = createContext<LocaleValue | null>(null)

/** Gives the language to all pages and keeps it in this browser. Chinese unless somebody chose otherwise. */
export function LocaleProvider({ children }: { children: ReactNode }) {
  const [wanted, setWanted] = useState<Locale>(
    () => LOCALES.find((name) => name === remembered('locale')) ?? 'zh-CN',
  )
  const [locale, setShown] = useState<Locale | null>(() => (isLoaded(wanted) ? wanted : null))

  useEffect(() => {
    let late = false
    const show = (name: Locale) => {
      if (!late) setShown(name)
    }
    // Without the other language's texts the page stays in the one that it has.
    loadCatalogue(wanted).then(
      () => show(wanted),
      () => show('zh-CN'),
    )
    return () => {
      late = true
    }
  }, [wanted])
  useEffect(() => {
    if (locale !== null) document.documentElement.lang = locale
  }, [locale])

  const setLocale = useCallback((next: Locale) => {
    remember('locale', next)
    setWanted(next)
  }, [])

  const value = useMemo(
    () => (locale === null ? null : { locale, setLocale, t: translator(locale) }),
    [locale, setLocale],
  )
  return value === null ? null : <LocaleContext value={value}>{children}</LocaleContext>
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
