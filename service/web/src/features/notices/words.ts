import type { Notice } from '@/api/nouns'
import type { Locale } from '@/messages'

interface Words {
  chinese: string
  english: string
}

/** The text of one language. */
export function inLanguage(words: Words, locale: Locale): string {
  return locale === 'zh-CN' ? words.chinese : words.english
}

/** The page that a notice is about. */
export function pathOf(notice: Pick<Notice, 'kind' | 'case_id' | 'camera_id'>): string {
  if (notice.case_id !== null) return `/cases/${notice.case_id}`
  if (notice.kind === 'webhook_dead') return '/admin/webhooks'
  return notice.camera_id === null ? '/cameras' : `/cameras/${encodeURIComponent(notice.camera_id)}`
}
