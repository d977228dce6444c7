import { useMutation, useQueryClient } from '@tanstack/react-query'

import { answer, api } from './client'
import type { Calendar } from './nouns'
import { calendarsQuery } from './standards'

/** Write a calendar; a new id makes a new one. */
export function useReplaceCalendar() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: ({ id, name, week, days }: Omit<Calendar, 'updated_at'>) =>
      answer(
        api.PUT('/api/v1/calendars/{calendar_id}', {
          params: { path: { calendar_id: id } },
          body: { name, week, days },
        }),
      ),
    onSuccess: () => cache.invalidateQueries({ queryKey: calendarsQuery.queryKey }),
  })
}
