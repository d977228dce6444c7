import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useEffect, useRef, type KeyboardEvent } from 'react'

import { suggestionsQuery } from '@/api/suggestions'
import { useMessages } from '@/app/locale'
import form from './DismissForm.module.css'
import { problemText } from '@/shared/problemText'

import { NearbyCases } from './NearbyCases'

interface Props {
  id: string
  onMerge: (into: string) => void
  onCancel: () => void
}

/** Into which case this one is merged: a digit or a click says so. */
export function MergeForm({ id, onMerge, onCancel }: Props) {
  const t = useMessages()
  const group = useRef<HTMLDivElement>(null)
  const { data: neighbours, error } = useQuery(suggestionsQuery(id))
  useEffect(() => group.current?.focus(), [])

  const onKeyDown = (event: KeyboardEvent) => {
    const chosen = /^[1-9]$/.test(event.key) ? neighbours?.[Number(event.key) - 1] : undefined
    if (event.key === 'Escape') onCancel()
    else if (chosen !== undefined) onMerge(chosen.case.id)
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  return (
    // Keys work for the whole group, whichever of its parts has the focus.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div
      ref={group}
      className={form.form}
      role="group"
      aria-label={t('review.mergeTitle')}
      tabIndex={-1}
      onKeyDown={onKeyDown}
    >
      <h2>{t('review.mergeTitle')}</h2>
      {error === null ? null : <p role="alert">{problemText(t, error)}</p>}
      {neighbours === undefined ? (
        <p className={form.hint}>{error === null ? t('app.loading') : null}</p>
      ) : neighbours.length === 0 ? (
        <p>{t('review.mergeNone')}</p>
      ) : (
        <>
          <p className={form.hint}>{t('review.mergeHint')}</p>
          <NearbyCases neighbours={neighbours} onChoose={onMerge} />
        </>
      )}
      <div className={form.buttons}>
        <Button onClick={onCancel}>{t('common.cancel')}</Button>
      </div>
    </div>
  )
}
