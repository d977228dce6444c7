import { CircleUserRound, KeyRound, Languages, LogOut, Moon, Sun } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'react-router'

import { useWords } from '@/api/catalogue'
import { useSignOut } from '@/api/session'
import { useLocale } from '@/app/locale'
import { ICONS, pagesOf, TAB_PAGES } from '@/app/pages'
import { useTheme } from '@/app/theme'
import { Popover } from '@/shared/Popover'

import styles from './AccountMenu.module.css'
import { PasswordDialog } from './PasswordDialog'
import { useSession } from './session'

/** Language, light or dark, and what belongs to the account. */
export function AccountMenu() {
  const { t, locale, setLocale } = useLocale()
  const { theme, toggle } = useTheme()
  const { user } = useSession()
  const { word } = useWords()
  const signOut = useSignOut()
  const [changing, setChanging] = useState(false)
  const otherPages = pagesOf(user.role).filter((page) => !TAB_PAGES.has(page))
  const themeLabel = theme === 'dark' ? t('header.light') : t('header.dark')

  return (
    <div className={styles.bar}>
      <button
        type="button"
        className={styles.icon}
        aria-label={t('header.language')}
        title={t('header.language')}
        onClick={() => setLocale(locale === 'zh-CN' ? 'en-US' : 'zh-CN')}
      >
        <Languages size={19} aria-hidden />
      </button>
      <button
        type="button"
        className={styles.icon}
        aria-label={themeLabel}
        title={themeLabel}
        onClick={toggle}
      >
        {theme === 'dark' ? <Sun size={19} aria-hidden /> : <Moon size={19} aria-hidden />}
      </button>
      <Popover
        label={t('header.account')}
        className={styles.account}
        button={
          <>
            <CircleUserRound size={20} aria-hidden />
            <span>{user.display_name}</span>
          </>
        }
      >
        {(close) => (
          <div className={styles.menu}>
            <p>
              <strong>{user.display_name}</strong>
              <small>
                {user.username} · {word('roles', user.role)}
              </small>
            </p>
            {otherPages.map((page) => {
              const Icon = ICONS[page]
              return (
                <Link key={page} to={`/${page}`} className={styles.phoneOnly} onClick={close}>
                  <Icon size={17} aria-hidden /> {t(`nav.${page}`)}
                </Link>
              )
            })}
            <button
              type="button"
              onClick={() => {
                close()
                setChanging(true)
              }}
            >
              <KeyRound size={17} aria-hidden /> {t('header.password')}
            </button>
            <button type="button" onClick={() => signOut.mutate()}>
              <LogOut size={17} aria-hidden /> {t('header.signOut')}
            </button>
          </div>
        )}
      </Popover>
      <PasswordDialog open={changing} onClose={() => setChanging(false)} />
    </div>
  )
}
