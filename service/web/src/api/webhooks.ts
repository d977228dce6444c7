import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { answer, api } from './client'
import type { DeliveryState, WebhookCreate, WebhookUpdate } from './nouns'

export const webhooksQuery = queryOptions({
  queryKey: ['webhooks'],
  queryFn: async ({ signal }) => (await answer(api.GET('/api/v1/webhooks', { signal }))).items,
  refetchInterval: 20_000,
})

export const deliveriesQuery = (webhookId: string | null, state: DeliveryState | null) =>
  infiniteQueryOptions({
    queryKey: ['webhooks', 'deliveries', webhookId, state],
    queryFn: ({ pageParam, signal }) =>
      answer(
        api.GET('/api/v1/webhooks/deliveries', {
          params: {
            query: {
              limit: 25,
              ...(webhookId === null ? {} : { webhook_id: webhookId }),
              ...(state === null ? {} : { state }),
              ...(pageParam === null ? {} : { cursor: pageParam }),
            },
          },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  })

function useChange<Body, Result>(change: (body: Body) => Promise<Result>) {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: change,
    onSettled: () => cache.invalidateQueries({ queryKey: webhooksQuery.queryKey }),
  })
}

const at = (webhookId: string) => ({ params: { path: { webhook_id: webhookId } } })

export const useCreateWebhook = () =>
  useChange((body: WebhookCreate) => answer(api.POST('/api/v1/webhooks', { body })))

export const useUpdateWebhook = () =>
  useChange(({ id, change }: { id: string; change: WebhookUpdate }) =>
    answer(api.PATCH('/api/v1/webhooks/{webhook_id}', { ...at(id), body: change })),
  )

export const useDeleteWebhook = () =>
  useChange((id: string) => answer(api.DELETE('/api/v1/webhooks/{webhook_id}', at(id))))

export const useTestWebhook = () =>
  useChange((id: string) => answer(api.POST('/api/v1/webhooks/{webhook_id}/test', at(id))))

export const useSendDeadAgain = () =>
  useChange((id: string) => answer(api.POST('/api/v1/webhooks/{webhook_id}/redeliver', at(id))))

export const useSendAgain = () =>
  useChange((id: string) =>
    answer(
      api.POST('/api/v1/webhooks/deliveries/{delivery_id}/redeliver', {
        params: { path: { delivery_id: id } },
      }),
    ),
  )
