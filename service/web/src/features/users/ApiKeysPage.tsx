import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { KeyRound } from 'lucide-react'
import { useState } from 'react'

import { apiKeysQuery, useRevokeApiKey } from '@/api/apiKeys'
import type { ApiKey } from '@/api/nouns'
import { useFormat } from '@/app/format'
import { useMessages } from '@/app/locale'
import { useSession } from '@/features/session/session'
import { ConfirmDialog } from '@/shared/ConfirmDialog'
import styles from '@/shared/DataTable.module.css'
import { Dialog } from '@/shared/Dialog'
import { EmptyState } from '@/shared/EmptyState'
import { problemDetail, problemText } from '@/shared/problemText'
import { ScrollRegion } from '@/shared/ScrollRegion'
import { SecretDialog } from '@/shared/SecretDialog'
import { useToasts } from '@/shared/Toasts'

import { ApiKeyForm } from './ApiKeyForm'

/** The keys that programs sign their requests with. */
export default function ApiKeysPage() {
  const t = useMessages()
  const toasts = useToasts()
  const { user } = useSession()
  const keys = useQuery(apiKeysQuery)
  const revoke = useRevokeApiKey()
  const [adding, setAdding] = useState(false)
  const [secret, setSecret] = useState<string | null>(null)
  const [leaving, setLeaving] = useState<ApiKey | null>(null)

  return (
    <div className={styles.page}>
      <header className={styles.header}>
        <div>
          <h1>{t('keys.title')}</h1>
          <p>{t('keys.intro')}</p>
        </div>
        {user.role === 'administrator' ? (
          <Button type="primary" icon={<KeyRound size={16} />} onClick={() => setAdding(true)}>
            {t('keys.add')}
          </Button>
        ) : null}
      </header>
      {keys.error === null ? null : <EmptyState title={problemText(t, keys.error)} />}
      {keys.data === undefined ? null : keys.data.length === 0 ? (
        <EmptyState title={t('keys.empty')} />
      ) : (
        <KeyTable keys={keys.data} {...(user.role === 'administrator' ? { onRevoke: setLeaving } : {})} />
      )}
      <Dialog open={adding} title={t('keys.add')} onClose={() => setAdding(false)}>
        <ApiKeyForm
          onCancel={() => setAdding(false)}
          onCreated={(key) => {
            setAdding(false)
            setSecret(key)
          }}
        />
      </Dialog>
      <SecretDialog secret={secret} hint={t('keys.secretHint')} onSaved={() => setSecret(null)} />
      <ConfirmDialog
        open={leaving !== null}
        title={t('keys.revokeTitle', { name: leaving?.name ?? '' })}
        text={t('keys.revokeHint')}
        action={t('keys.revoke')}
        busy={revoke.isPending}
        onCancel={() => setLeaving(null)}
        onConfirm={() => {
          if (leaving === null) return
          revoke.mutate(leaving.id, {
            onSuccess: () => toasts.show({ text: t('keys.revoked'), tone: 'good' }),
            onError: (error) => toasts.show({ text: problemDetail(t, error), tone: 'bad' }),
            onSettled: () => setLeaving(null),
          })
        }}
      />
    </div>
  )
}

function KeyTable({ keys, onRevoke }: { keys: readonly ApiKey[]; onRevoke?: (key: ApiKey) => void }) {
  const t = useMessages()
  const format = useFormat()
  const [now] = useState(() => Date.now())
  const expired = (key: ApiKey) => key.expires_at !== null && Date.parse(key.expires_at) < now
  return (
    <ScrollRegion label={t('keys.title')}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{t('keys.name')}</th>
            <th scope="col">{t('keys.scopes')}</th>
            <th scope="col">{t('keys.camera')}</th>
            <th scope="col">{t('keys.expires')}</th>
            <th scope="col">{t('keys.lastUsed')}</th>
            <th scope="col" />
          </tr>
        </thead>
        <tbody>
          {keys.map((key) => (
            <tr key={key.id} data-off={expired(key)}>
              <td>
                <strong>{key.name}</strong>
              </td>
              <td>
                {key.scopes.map((scope) => (
                  <span key={scope} className={styles.tag}>
                    {t(`keys.scope.${scope}`)}
                  </span>
                ))}
              </td>
              <td>{key.camera_id ?? t('keys.cameraAny')}</td>
              <td>
                {key.expires_at === null
                  ? t('keys.never')
                  : expired(key)
                    ? t('keys.expired')
                    : format.date(key.expires_at)}
              </td>
              <td>{key.last_used_at === null ? t('keys.neverUsed') : format.ago(key.last_used_at)}</td>
              <td>
                {onRevoke === undefined ? null : (
                  <div className={styles.buttons}>
                    <Button type="text" danger onClick={() => onRevoke(key)}>
                      {t('keys.revoke')}
                    </Button>
                  </div>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  )
}
