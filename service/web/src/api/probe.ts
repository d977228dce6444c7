import { useMutation } from '@tanstack/react-query'

import { answer, api } from './client'

/** Have the engine open an address and take one picture of it; nothing is kept. */
export function useProbe() {
  return useMutation({
    mutationFn: (source: string) => answer(api.POST('/api/v1/cameras/probe', { body: { source } })),
  })
}
