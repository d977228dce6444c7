import { useQuery } from '@tanstack/react-query'
import { Columns3, Download } from 'lucide-react'

import { ledgersQuery } from '@/api/ledgers'
import { useLocale, useMessages } from '@/app/locale'
import { Popover } from '@/shared/Popover'

import { ledgerUrl, type FilterInAddress } from './caseFilter'
import styles from './CasesPage.module.css'
import { columnTitle } from './CaseTable'
import { COLUMNS, keepColumns, type Column } from './columns'

interface ColumnProps {
  columns: readonly Column[]
  onChange: (columns: readonly Column[]) => void
}

/** Which columns the table shows; this browser remembers it. */
export function ColumnMenu({ columns, onChange }: ColumnProps) {
  const t = useMessages()
  const toggle = (column: Column) => {
    const next = COLUMNS.filter((one) => (one === column) !== columns.includes(one))
    keepColumns(next)
    onChange(next)
  }
  return (
    <Popover
      label={t('cases.columns')}
      className={styles.menu}
      button={
        <>
          <Columns3 size={16} aria-hidden /> <span>{t('cases.columns')}</span>
        </>
      }
    >
      {() => (
        <div className={styles.choices}>
          {COLUMNS.map((column) => (
            <label key={column}>
              <input type="checkbox" checked={columns.includes(column)} onChange={() => toggle(column)} />
              {columnTitle(t, column)}
            </label>
          ))}
        </div>
      )}
    </Popover>
  )
}

/** The ledgers as spreadsheets, narrowed as the list is. */
export function LedgerMenu({ filter }: { filter: FilterInAddress }) {
  const { t, locale } = useLocale()
  const { data: ledgers = [] } = useQuery(ledgersQuery)
  const language = locale === 'zh-CN' ? 'zh' : 'en'
  return (
    <Popover
      label={t('cases.ledgers')}
      className={styles.menu}
      button={
        <>
          <Download size={16} aria-hidden /> <span>{t('cases.ledgers')}</span>
        </>
      }
    >
      {(close) => (
        <div className={styles.choices}>
          <small>{t('cases.ledgersHint')}</small>
          {ledgers.map((ledger) => (
            <p key={ledger.code}>
              <span>{locale === 'zh-CN' ? ledger.chinese : ledger.english}</span>
              {(['xlsx', 'csv'] as const).map((format) => (
                <a
                  key={format}
                  href={ledgerUrl(ledger.code, filter, format, language)}
                  download
                  onClick={close}
                >
                  {format.toUpperCase()}
                </a>
              ))}
            </p>
          ))}
        </div>
      )}
    </Popover>
  )
}
