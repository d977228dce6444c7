import { createContext, use, useCallback, useEffect, useMemo, useState, type ReactNode } from 'react'

import { ConfigProvider, theme as antd, type ThemeConfig } from 'antd'
import enUS from 'antd/locale/en_US'
import zhCN from 'antd/locale/zh_CN'

import { useLocale } from './locale'
import { remember, remembered } from './preferences'

export type ThemeName = 'light' | 'dark'

interface ThemeValue {
  theme: ThemeName
  toggle: () => void
}

const ThemeContext = createContext<ThemeValue | null>(null)

/** The colours that Ant Design's parts share with our own styles (tokens.css holds the full set). */
const COLOURS: Record<ThemeName, NonNullable<ThemeConfig['token']>> = {
  light: {
    colorPrimary: '#0b6b5d',
    colorLink: '#0b6b5d',
    colorInfo: '#1d5fa8',
    colorSuccess: '#1c7a42',
    colorWarning: '#a15c00',
    colorError: '#b4271f',
    colorBgBase: '#ffffff',
    colorTextBase: '#12201d',
    colorBorder: '#bcc8c4',
    colorBgLayout: '#f2f5f4',
    colorTextPlaceholder: '#5a6965',
  },
  dark: {
    colorPrimary: '#3fb8a2',
    colorLink: '#56cdb8',
    colorInfo: '#6aa9ef',
    colorSuccess: '#4cc47a',
    colorWarning: '#e0a13e',
    colorError: '#f0766c',
    colorBgBase: '#141c1a',
    colorTextBase: '#e9f1ee',
    colorBorder: '#3a4a46',
    colorBgLayout: '#0d1312',
    colorTextPlaceholder: '#9fb1ac',
  },
}

function config(name: ThemeName): ThemeConfig {
  return {
    algorithm: name === 'dark' ? antd.darkAlgorithm : antd.defaultAlgorithm,
    cssVar: { key: `sw-${name}` },
    hashed: false,
    token: {
      ...COLOURS[name],
      fontFamily: 'var(--font)',
      fontSize: 14,
      borderRadius: 6,
      controlHeight: 34,
      controlHeightLG: 44,
      boxShadow: 'var(--shadow)',
      boxShadowSecondary: 'var(--shadow)',
      ...(name === 'dark'
        ? { colorTextLightSolid: '#06201b', colorBgElevated: '#1c2725', colorBgContainer: '#141c1a' }
        : {}),
    },
    components: {
      Button: { primaryShadow: 'none', defaultShadow: 'none', dangerShadow: 'none', fontWeight: 550 },
    },
  }
}

function preferred(): ThemeName {
  const chosen = remembered('theme')
  if (chosen === 'light' || chosen === 'dark') return chosen
  return window.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
}

/** Light or dark, as chosen or else as the system says, for our styles and Ant Design's. */
/** Where lists and pickers open: those of a dialog inside it, for it lies above all the rest of the page. */
function popupHome(trigger?: HTMLElement): HTMLElement {
  const inside = trigger?.closest('dialog') === null ? null : trigger?.parentElement
  return inside ?? document.body
}

export function ThemeProvider({ children }: { children: ReactNode }) {
  const { locale } = useLocale()
  const [theme, setTheme] = useState<ThemeName>(preferred)

  useEffect(() => {
    document.documentElement.dataset.theme = theme
  }, [theme])

  const toggle = useCallback(() => {
    setTheme((now) => {
      const next = now === 'dark' ? 'light' : 'dark'
      remember('theme', next)
      return next
    })
  }, [])

  const value = useMemo(() => ({ theme, toggle }), [theme, toggle])
  return (
    <ThemeContext value={value}>
      <ConfigProvider
        getPopupContainer={popupHome}
        locale={locale === 'zh-CN' ? zhCN : enUS}
        theme={config(theme)}
        button={{ autoInsertSpace: false }}
      >
        {children}
      </ConfigProvider>
    </ThemeContext>
  )
}

export function useTheme(): ThemeValue {
  const value = use(ThemeContext)
  if (value === null) throw new Error('useTheme needs a ThemeProvider above it')
  return value
}
