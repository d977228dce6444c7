import { BellRing, CircleUserRound, KeyRound, Languages, LogOut, Moon, ShieldCheck, Sun } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
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

const SecondFactorDialog = lazy(() =>
  import('./SecondFactorDialog').then((page) => ({ default: page.SecondFactorDialog })),
)

/** Language, light or dark, and what belongs to the account. */
export function AccountMenu() {
  const { t, locale, setLocale } = useLocale()
  const { theme, toggle } = useTheme()
  const { user, second_factor_missing: missing } = useSession()
  const { word } = useWords()
  const signOut = useSignOut()
  const [changing, setChanging] = useState(false)
  // Who must have a second factor and has none can do nothing else: the dialog opens by itself.
  const [factor, setFactor] = useState(missing)
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
            <Link to="/account" onClick={close}>
              <BellRing size={17} aria-hidden /> {t('notices.settings')}
            </Link>
            <button
              type="button"
              onClick={() => {
                close()
                setChanging(true)
              }}
            >
              <KeyRound size={17} aria-hidden /> {t('header.password')}
            </button>
            <button
              type="button"
              onClick={() => {
                close()
                setFactor(true)
              }}
            >
              <ShieldCheck size={17} aria-hidden /> {t('session.secondFactor')}
            </button>
            <button type="button" onClick={() => signOut.mutate()}>
              <LogOut size={17} aria-hidden /> {t('header.signOut')}
            </button>
          </div>
        )}
      </Popover>
      <PasswordDialog open={changing} onClose={() => setChanging(false)} />
      {factor ? (
        <Suspense fallback={null}>
          <SecondFactorDialog open onClose={() => setFactor(false)} />
        </Suspense>
      ) : null}
    </div>
  )
}
