import { Languages, Moon, Sun } from 'lucide-react'

import { useLocale } from '@/app/locale'
import { useTheme } from '@/app/theme'
import { Mark } from '@/shared/Mark'

import styles from './SignIn.module.css'
import { SignInForm } from './SignInForm'

/** The door: shown at any address until somebody signs in, then gives way to that address. */
export default function SignInPage({ onSignedIn }: { onSignedIn: () => void }) {
  const { t, locale, setLocale } = useLocale()
  const { theme, toggle } = useTheme()
  return (
    <main className={styles.page}>
      <div className={styles.street} aria-hidden>
        <i />
        <i />
        <i />
        <i />
        <i />
        <i />
      </div>
      <section className={styles.card}>
        <header className={styles.brand}>
          <Mark size={44} />
          <div>
            <h1>{t('app.name')}</h1>
            <p>{t('session.subtitle')}</p>
          </div>
        </header>
        <SignInForm onSignedIn={onSignedIn} />
        <footer className={styles.switches}>
          <button type="button" onClick={() => setLocale(locale === 'zh-CN' ? 'en-US' : 'zh-CN')}>
            <Languages size={16} aria-hidden /> {locale === 'zh-CN' ? 'English' : '中文'}
          </button>
          <button type="button" onClick={toggle}>
            {theme === 'dark' ? <Sun size={16} aria-hidden /> : <Moon size={16} aria-hidden />}
            {theme === 'dark' ? t('header.light') : t('header.dark')}
          </button>
        </footer>
      </section>
    </main>
  )
}
