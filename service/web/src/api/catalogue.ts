import { queryOptions, useQuery } from '@tanstack/react-query'

import { useLocale } from '@/app/locale'

import { answer, api } from './client'
import type { Catalogue, Word } from './nouns'

export const catalogueQuery = queryOptions({
  queryKey: ['catalogue'],
  queryFn: ({ signal }) => answer(api.GET('/api/v1/catalogue', { signal })),
  staleTime: Infinity,
})

type Shelf = keyof Catalogue

export interface Words {
  /** What people call a code in the chosen language; the code itself where the server has no word for it. */
  word: (shelf: Shelf, code: string) => string
  list: <S extends Shelf>(shelf: S) => Catalogue[S]
}

/** The server's words: kinds, reasons, states, zone kinds, roles. A new kind there needs no change here. */
export function useWords(): Words {
  const { locale } = useLocale()
  const { data } = useQuery(catalogueQuery)
  const language = locale === 'zh-CN' ? 'chinese' : 'english'
  return {
    word(shelf, code) {
      const words: readonly Word[] = data?.[shelf] ?? []
      return words.find((word) => word.code === code)?.[language] ?? code
    },
    list: (shelf) => data?.[shelf] ?? [],
  }
}
