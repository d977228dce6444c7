import { Problem } from '@/api/problem'
import { isMessageKey, type Translate } from '@/messages'

/** What to tell people about an error, in their language. */
export function problemText(t: Translate, error: unknown): string {
  if (!(error instanceof Problem)) return error instanceof Error ? error.message : String(error)
  if (error.status === 0) return t('problem.unreachable')
  const key = `problem.${error.status}`
  if (isPlain(key)) return t(key)
  return error.status >= 500
    ? t('problem.5xx', { status: error.status })
    : t('problem.other', { status: error.status })
}

/** The same with the server's own words behind it, where they say more: which field, which limit. */
export function problemDetail(t: Translate, error: unknown): string {
  const text = problemText(t, error)
  const detail = error instanceof Problem ? error.detail : ''
  return detail === '' ? text : `${text} (${detail})`
}

type PlainKey =
  | 'problem.401'
  | 'problem.403'
  | 'problem.404'
  | 'problem.409'
  | 'problem.413'
  | 'problem.415'
  | 'problem.422'
  | 'problem.429'
  | 'problem.507'

function isPlain(key: string): key is PlainKey {
  return isMessageKey(key) && key !== 'problem.5xx' && key !== 'problem.other'
}
