import { useEffect, useEffectEvent } from 'react'
import { useNavigate } from 'react-router'

import { useWords } from '@/api/catalogue'
import { useMessages } from '@/app/locale'
import { problemDetail, problemText } from '@/shared/problemText'
import { useToasts } from '@/shared/Toasts'

import type { QueueNews, ReviewSession } from './reviewSession'

/** Tells the operator what came of decisions, with a way to the case. */
export function useQueueNews(session: ReviewSession): void {
  const t = useMessages()
  const { word } = useWords()
  const toasts = useToasts()
  const navigate = useNavigate()

  const show = (id: string) => session.show(id)
  const onNews = useEffectEvent((news: QueueNews) => {
    const { number } = news
    switch (news.type) {
      case 'undone':
        toasts.show({ text: t('review.undone', { number }), tone: 'good', milliseconds: 3_000 })
        break
      case 'unassigned':
        toasts.show({
          text: t('review.unassigned', { number, why: problemDetail(t, news.error) }),
          tone: 'bad',
          key: `queue-${news.id}`,
          action: { label: t('review.show'), run: () => void navigate(`/cases/${news.id}`) },
        })
        break
      case 'undoRefused':
        toasts.show({
          text: t('review.undoFailed', { number, why: problemText(t, news.error) }),
          tone: 'bad',
        })
        break
      case 'undelivered':
        toasts.show({
          text: t('review.failed', { number, why: problemText(t, news.error) }),
          tone: 'bad',
          key: `queue-${news.id}`,
          action: { label: t('review.show'), run: () => show(news.id) },
        })
        break
      case 'conflict': {
        const status = word('case_states', news.current.status)
        const actor = news.current.decision?.actor
        toasts.show({
          text:
            actor === undefined
              ? t('review.conflictUnknown', { number, status })
              : t('review.conflict', { number, actor, status }),
          tone: 'bad',
          key: `queue-${news.id}`,
          action: { label: t('review.show'), run: () => show(news.id) },
        })
      }
    }
  })
  useEffect(() => session.onNews((news) => onNews(news)), [session])
}
