import { Button, Input } from 'antd'
import { Send, Trash2, X } from 'lucide-react'
import { useState } from 'react'

import { useFormat } from '@/app/format'
import { useMessages } from '@/app/locale'
import { ConfirmDialog } from '@/shared/ConfirmDialog'

import styles from './Draft.module.css'
import { PhotoPicture } from './PhotoPicture'
import { PlaceField } from './PlaceField'
import type { Draft } from './problems'
import { TimeField } from './TimeField'
import { uploads } from './uploads'

interface Props {
  draft: Draft
  number: number
  /** All drafts in order, this one too. */
  drafts: readonly Draft[]
}

/** One problem before it is sent: its photos, where, when, a note; what belongs elsewhere is split off or joined. */
export function DraftCard({ draft, number, drafts }: Props) {
  const t = useMessages()
  const format = useFormat()
  const [isLeaving, setIsLeaving] = useState(false)
  const { id, uploads: photos } = draft
  const discard = () => {
    for (const { key } of photos) uploads.remove(key)
  }
  return (
    <li className={styles.card} aria-label={t('photos.problem', { number })}>
      <header>
        <h3>{t('photos.problem', { number })}</h3>
        <span className={styles.hint}>{t('photos.shots', { count: photos.length })}</span>
        {drafts.length < 2 ? null : (
          <select
            value=""
            aria-label={t('photos.joinOf', { number })}
            onChange={(event) => uploads.join(id, event.target.value)}
          >
            <option value="">{t('photos.join')}</option>
            {drafts.map((other, index) =>
              other.id === id ? null : (
                <option key={other.id} value={other.id}>
                  {t('photos.joinInto', { number: index + 1, count: other.uploads.length })}
                </option>
              ),
            )}
          </select>
        )}
      </header>
      <ul className={styles.photos}>
        {photos.map(({ key, file, preview }) => (
          <li key={key} title={`${file.name} · ${format.bytes(file.size)}`}>
            <PhotoPicture src={preview} alt={file.name} />
            <span className={styles.name}>{file.name}</span>
            <span className={styles.takeOut}>
              <Button
                size="small"
                shape="circle"
                icon={<X size={14} />}
                aria-label={t('photos.takeOut', { name: file.name })}
                onClick={() => uploads.remove(key)}
              />
            </span>
            {photos.length < 2 ? null : (
              <Button
                size="small"
                block
                aria-label={t('photos.splitOf', { name: file.name })}
                onClick={() => uploads.split(key)}
              >
                {t('photos.split')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      <PlaceField draft={draft} number={number} onPin={(pin) => uploads.amend(id, { pin })} />
      <div className={styles.fields}>
        <TimeField draft={draft} onShift={(shift) => uploads.shift(id, shift)} />
        <label className={styles.field}>
          <span>{t('photos.note')}</span>
          <Input
            size="large"
            maxLength={500}
            placeholder={t('photos.notePlaceholder')}
            value={draft.note}
            onChange={(event) => uploads.amend(id, { note: event.target.value })}
          />
        </label>
      </div>
      <footer>
        <Button type="text" icon={<Trash2 size={16} />} onClick={() => setIsLeaving(true)}>
          {t('photos.discard')}
        </Button>
        <Button type="primary" icon={<Send size={16} />} onClick={() => uploads.submit(id)}>
          {t('photos.send')}
        </Button>
      </footer>
      <ConfirmDialog
        open={isLeaving}
        title={t('photos.discardTitle')}
        text={t('photos.discardText', { count: photos.length })}
        action={t('photos.discard')}
        onConfirm={discard}
        onCancel={() => setIsLeaving(false)}
      />
    </li>
  )
}
