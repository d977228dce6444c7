import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { Plus } from 'lucide-react'
import { useState } from 'react'

import { useWords } from '@/api/catalogue'
import type { Unit } from '@/api/nouns'
import { unitsQuery, useUpdateUnit } from '@/api/units'
import { useMessages } from '@/app/locale'
import { useSession } from '@/features/session/session'
import { ActiveTag } from '@/shared/ActiveTag'
import styles from '@/shared/DataTable.module.css'
import { Dialog } from '@/shared/Dialog'
import { EmptyState } from '@/shared/EmptyState'
import { problemDetail, problemText } from '@/shared/problemText'
import { ScrollRegion } from '@/shared/ScrollRegion'
import { useToasts } from '@/shared/Toasts'

import { UnitForm } from './UnitForm'

/** The units that cases are sent to. */
export default function UnitsPage() {
  const t = useMessages()
  const { word } = useWords()
  const { user } = useSession()
  const toasts = useToasts()
  const units = useQuery(unitsQuery)
  const update = useUpdateUnit()
  const [editing, setEditing] = useState<Unit | 'new' | null>(null)
  const mayChange = user.role === 'administrator'

  const setActive = (unit: Unit, active: boolean) =>
    update.mutate(
      { id: unit.id, body: { active } },
      {
        onSuccess: () => toasts.show({ text: t('common.saved'), tone: 'good' }),
        onError: (error) => toasts.show({ text: problemDetail(t, error), tone: 'bad' }),
      },
    )

  return (
    <div className={styles.page}>
      <header className={styles.header}>
        <h1>{t('units.title')}</h1>
        {mayChange ? (
          <Button type="primary" icon={<Plus size={16} />} onClick={() => setEditing('new')}>
            {t('units.add')}
          </Button>
        ) : null}
      </header>
      {units.error === null ? null : <EmptyState title={problemText(t, units.error)} />}
      {units.data?.length === 0 ? <EmptyState title={t('units.empty')} /> : null}
      {units.data === undefined || units.data.length === 0 ? null : (
        <ScrollRegion label={t('units.title')}>
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">{t('units.name')}</th>
                <th scope="col">{t('units.kind')}</th>
                <th scope="col">{t('units.contact')}</th>
                <th scope="col">{t('users.active')}</th>
                <th scope="col" />
              </tr>
            </thead>
            <tbody>
              {units.data.map((unit) => (
                <tr key={unit.id} data-off={!unit.active}>
                  <td>
                    <strong>{unit.name}</strong>{' '}
                    {unit.is_default ? <span className={styles.tag}>{t('units.default')}</span> : null}
                    <small>{unit.code}</small>
                  </td>
                  <td>{word('unit_kinds', unit.kind)}</td>
                  <td>{unit.contact}</td>
                  <td>
                    <ActiveTag active={unit.active} />
                  </td>
                  <td>
                    {mayChange ? (
                      <div className={styles.buttons}>
                        <Button type="text" onClick={() => setEditing(unit)}>
                          {t('common.edit')}
                        </Button>
                        <Button
                          type="text"
                          danger={unit.active}
                          onClick={() => setActive(unit, !unit.active)}
                        >
                          {unit.active ? t('users.deactivate') : t('users.activate')}
                        </Button>
                      </div>
                    ) : null}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollRegion>
      )}
      <Dialog
        open={editing !== null}
        title={editing === 'new' ? t('units.add') : t('common.edit')}
        onClose={() => setEditing(null)}
      >
        <UnitForm unit={editing === 'new' ? null : editing} onDone={() => setEditing(null)} />
      </Dialog>
    </div>
  )
}
