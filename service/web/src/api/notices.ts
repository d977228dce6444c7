import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { answer, api } from './client'
import type { Notice, NoticeSettings, NoticeSettingsChange } from './nouns'

const KEY = ['notices'] as const

/** How many wait; the stream says when that changes, the interval is for when it is lost. */
export const unreadQuery = queryOptions({
  queryKey: [...KEY, 'unread'],
  queryFn: async ({ signal }) => (await answer(api.GET('/api/v1/notices/unread', { signal }))).unread,
  refetchInterval: 60_000,
})

export const latestNoticesQuery = queryOptions({
  queryKey: [...KEY, 'latest'],
  queryFn: async ({ signal }) =>
    (await answer(api.GET('/api/v1/notices', { params: { query: { limit: 8 } }, signal }))).items,
})

export const noticesQuery = (unread: boolean) =>
  infiniteQueryOptions({
    queryKey: [...KEY, 'pages', unread],
    queryFn: ({ pageParam, signal }) =>
      answer(
        api.GET('/api/v1/notices', {
          params: { query: { unread, limit: 50, ...(pageParam === null ? {} : { cursor: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  })

export function useReadNotice() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (notice: Notice) =>
      answer(api.POST('/api/v1/notices/{notice_id}/read', { params: { path: { notice_id: notice.id } } })),
    onSuccess: () => cache.invalidateQueries({ queryKey: KEY }),
  })
}

export function useReadAllNotices() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: () => answer(api.POST('/api/v1/notices/read')),
    onSuccess: () => cache.invalidateQueries({ queryKey: KEY }),
  })
}

export const noticeSettingsQuery = queryOptions({
  queryKey: ['notice-settings'],
  queryFn: ({ signal }) => answer(api.GET('/api/v1/notice-settings', { signal })),
})

function useSettingsChange<Body>(change: (body: Body) => Promise<NoticeSettings>) {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: change,
    onSuccess: (settings) => cache.setQueryData(noticeSettingsQuery.queryKey, settings),
  })
}

export const useReplaceNoticeSettings = () =>
  useSettingsChange((body: NoticeSettingsChange) => answer(api.PUT('/api/v1/notice-settings', { body })))

export const useBeginEmail = () =>
  useSettingsChange((email: string) => answer(api.POST('/api/v1/notice-settings/email', { body: { email } })))

export const useConfirmEmail = () =>
  useSettingsChange((code: string) =>
    answer(api.POST('/api/v1/notice-settings/email/confirm', { body: { code } })),
  )

export function useRemoveEmail() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: () => answer(api.DELETE('/api/v1/notice-settings/email')),
    onSuccess: () => cache.invalidateQueries({ queryKey: noticeSettingsQuery.queryKey }),
  })
}
