import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { answer, api } from './client'
import type { Camera, CameraCreate, CameraUpdate, Gap, SceneSettings } from './nouns'
import { everyPage } from './pages'

/** openapi-fetch widens the schema's tuples (points) to arrays; here they are tuples again. */
async function camera(call: Promise<unknown>): Promise<Camera> {
  return (await call) as Camera
}

async function fetchCameras(signal: AbortSignal): Promise<Camera[]> {
  return everyPage<Camera>(async (query) => {
    const page = await answer(api.GET('/api/v1/cameras', { params: { query }, signal }))
    return { ...page, items: page.items as Camera[] }
  })
}

export const camerasQuery = queryOptions({
  queryKey: ['cameras'],
  queryFn: ({ signal }) => fetchCameras(signal),
  staleTime: 15_000,
})

export function cameraQuery(id: string) {
  return queryOptions({
    queryKey: ['camera', id],
    queryFn: ({ signal }) =>
      camera(answer(api.GET('/api/v1/cameras/{camera_id}', { params: { path: { camera_id: id } }, signal }))),
    staleTime: 15_000,
  })
}

export function liveUrl(id: string): string {
  return `/api/v1/cameras/${encodeURIComponent(id)}/live.mjpeg`
}

function useKeepCamera() {
  const cache = useQueryClient()
  return async (changed: Camera) => {
    cache.setQueryData(cameraQuery(changed.id).queryKey, changed)
    await cache.invalidateQueries({ queryKey: camerasQuery.queryKey })
  }
}

export function useCreateCamera() {
  const keep = useKeepCamera()
  return useMutation({
    mutationFn: (body: CameraCreate) => camera(answer(api.POST('/api/v1/cameras', { body }))),
    onSuccess: keep,
  })
}

export function useUpdateCamera(id: string) {
  const keep = useKeepCamera()
  return useMutation({
    mutationFn: (body: CameraUpdate) =>
      camera(answer(api.PATCH('/api/v1/cameras/{camera_id}', { params: { path: { camera_id: id } }, body }))),
    onSuccess: keep,
  })
}

export function useReplaceScene(id: string) {
  const keep = useKeepCamera()
  return useMutation({
    mutationFn: (body: SceneSettings) =>
      camera(
        answer(api.PUT('/api/v1/cameras/{camera_id}/scene', { params: { path: { camera_id: id } }, body })),
      ),
    onSuccess: keep,
  })
}

export function useDeleteCamera(id: string) {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: () =>
      answer(api.DELETE('/api/v1/cameras/{camera_id}', { params: { path: { camera_id: id } } })),
    async onSuccess() {
      cache.removeQueries({ queryKey: cameraQuery(id).queryKey })
      await cache.invalidateQueries({ queryKey: camerasQuery.queryKey })
    },
  })
}

/** The newest picture of a camera; fetched anew when an event says so, and by the clock where events are missing. */
export function snapshotQuery(id: string) {
  return queryOptions({
    queryKey: ['snapshot', id],
    queryFn: async ({ signal }) => {
      const params = { path: { camera_id: id } }
      // Described as a binary string, which `parseAs` makes a Blob.
      return await answer(
        api.GET('/api/v1/cameras/{camera_id}/snapshot.jpg', { params, parseAs: 'blob', signal }),
      )
    },
    staleTime: 1_000,
    retry: false,
  })
}

/**
 * Times in which a camera could not see, newest first.
 *
 * @param since UTC; gaps that ended before are left out
 */
export function gapsQuery(id: string, since: string) {
  return queryOptions({
    queryKey: ['gaps', id, since],
    queryFn: ({ signal }) =>
      everyPage<Gap>((page) => {
        const params = { path: { camera_id: id }, query: { ...page, since } }
        return answer(api.GET('/api/v1/cameras/{camera_id}/gaps', { params, signal }))
      }),
    refetchInterval: 60_000,
  })
}
