import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { UserRoundPlus } from 'lucide-react'
import { useState } from 'react'

import { areasQuery } from '@/api/areas'
import { useWords } from '@/api/catalogue'
import type { User } from '@/api/nouns'
import { unitsQuery } from '@/api/units'
import { usersQuery, useUpdateUser } from '@/api/users'
import { useFormat } from '@/app/format'
import { useMessages } from '@/app/locale'
import { useSession } from '@/features/session/session'
import { ActiveTag } from '@/shared/ActiveTag'
import { ConfirmDialog } from '@/shared/ConfirmDialog'
import styles from '@/shared/DataTable.module.css'
import { Dialog } from '@/shared/Dialog'
import { EmptyState } from '@/shared/EmptyState'
import { problemDetail, problemText } from '@/shared/problemText'
import { ScrollRegion } from '@/shared/ScrollRegion'
import { useToasts } from '@/shared/Toasts'

import { UserForm } from './UserForm'

/** The people who may sign in. */
export default function UsersPage() {
  const t = useMessages()
  const format = useFormat()
  const { word } = useWords()
  const toasts = useToasts()
  const { user: self } = useSession()
  const users = useQuery(usersQuery)
  const { data: units = [] } = useQuery(unitsQuery)
  const { data: areas = [] } = useQuery(areasQuery)
  const update = useUpdateUser()
  const [editing, setEditing] = useState<User | 'new' | null>(null)
  const [leaving, setLeaving] = useState<User | null>(null)

  const placed = (user: User) =>
    units.find((unit) => unit.id === user.unit_id)?.name ??
    areas.find((area) => area.id === user.area_id)?.name ??
    ''
  const setActive = (user: User, active: boolean) =>
    update.mutate(
      { id: user.id, body: { active } },
      {
        onSuccess: () => toasts.show({ text: t('common.saved'), tone: 'good' }),
        onError: (error) => toasts.show({ text: problemDetail(t, error), tone: 'bad' }),
        onSettled: () => setLeaving(null),
      },
    )

  return (
    <div className={styles.page}>
      <header className={styles.header}>
        <h1>{t('users.title')}</h1>
        {self.role === 'administrator' ? (
          <Button type="primary" icon={<UserRoundPlus size={16} />} onClick={() => setEditing('new')}>
            {t('users.add')}
          </Button>
        ) : null}
      </header>
      {users.error === null ? null : <EmptyState title={problemText(t, users.error)} />}
      {users.data === undefined ? null : (
        <ScrollRegion label={t('users.title')}>
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">{t('users.displayName')}</th>
                <th scope="col">{t('users.role')}</th>
                <th scope="col">{t('users.active')}</th>
                <th scope="col">{t('users.createdAt')}</th>
                <th scope="col" />
              </tr>
            </thead>
            <tbody>
              {users.data.map((user) => (
                <tr key={user.id} data-off={!user.active}>
                  <td>
                    <strong>{user.display_name}</strong>
                    {user.id === self.id ? <span className={styles.tag}>{t('users.self')}</span> : null}
                    <small>{user.username}</small>
                  </td>
                  <td>
                    {word('roles', user.role)}
                    <small>{placed(user)}</small>
                  </td>
                  <td>
                    <ActiveTag active={user.active} />
                  </td>
                  <td>{format.date(user.created_at)}</td>
                  <td>
                    {self.role === 'administrator' ? (
                      <div className={styles.buttons}>
                        <Button type="text" onClick={() => setEditing(user)}>
                          {t('common.edit')}
                        </Button>
                        {user.id === self.id ? null : user.active ? (
                          <Button type="text" danger onClick={() => setLeaving(user)}>
                            {t('users.deactivate')}
                          </Button>
                        ) : (
                          <Button type="text" onClick={() => setActive(user, true)}>
                            {t('users.activate')}
                          </Button>
                        )}
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
        title={editing === 'new' ? t('users.add') : t('common.edit')}
        onClose={() => setEditing(null)}
      >
        <UserForm user={editing === 'new' ? null : editing} onDone={() => setEditing(null)} />
      </Dialog>
      <ConfirmDialog
        open={leaving !== null}
        title={t('users.deactivateTitle', { name: leaving?.display_name ?? '' })}
        text={t('users.deactivateHint')}
        action={t('users.deactivate')}
        busy={update.isPending}
        onCancel={() => setLeaving(null)}
        onConfirm={() => {
          if (leaving !== null) setActive(leaving, false)
        }}
      />
    </div>
  )
}
