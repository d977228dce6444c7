import { useMessages } from '@/app/locale'

import styles from './MapLegend.module.css'

/** What the colours and marks of a large map mean. */
export function MapLegend() {
  const t = useMessages()
  return (
    <ul className={styles.legend}>
      <li>
        {t('map.few')} <i data-mark="heat" /> {t('map.many')}
      </li>
      <li>
        <i data-mark="spot" /> {t('map.spot')}
      </li>
      <li>
        <i data-mark="sees" /> {t('map.sees')}
      </li>
      <li>
        <i data-mark="blind" /> {t('map.blind')}
      </li>
    </ul>
  )
}
