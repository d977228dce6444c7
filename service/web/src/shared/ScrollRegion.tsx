import type { ReactNode } from 'react'

import styles from './DataTable.module.css'

/** A table that may be wider than the page: it scrolls by pointer and by keyboard. */
export function ScrollRegion({ label, children }: { label: string; children: ReactNode }) {
  return (
    // Who has no pointer scrolls it with the arrow keys, so it must take the focus.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={styles.scroll} role="region" aria-label={label} tabIndex={0}>
      {children}
    </div>
  )
}
