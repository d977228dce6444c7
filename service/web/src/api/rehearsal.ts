import { useMutation } from '@tanstack/react-query'

import { answer, api } from './client'
import type { Rehearsal, SceneSettings } from './nouns'

/** Try zones and rules that are not saved on what the camera saw in the last minutes. */
export function useRehearsal(id: string) {
  return useMutation({
    mutationFn: async ({ scene, minutes }: { scene: SceneSettings; minutes: number }) =>
      // openapi-fetch widens the schema's tuples to arrays.
      (await answer(
        api.POST('/api/v1/cameras/{camera_id}/rehearsal', {
          params: { path: { camera_id: id } },
          body: { scene, minutes },
        }),
      )) as Rehearsal,
  })
}
