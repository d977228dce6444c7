import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'

import { areaFeaturesQuery, shapeOf, type AreaFeature, type AreaShape } from '@/api/areas'

const DATABASE = 'streetwarden-map'
const AREAS = 'areas'
const ONLY = 'newest'

/** The district's areas, also without a net: as they were when this browser last had one. */
export function useKeptAreas(): readonly AreaShape[] {
  const cache = useQueryClient()
  const { data, dataUpdatedAt } = useQuery(areaFeaturesQuery)

  useEffect(() => {
    if (data === undefined) {
      void kept().then((features) => {
        const { queryKey } = areaFeaturesQuery
        if (features === undefined || cache.getQueryData(queryKey) !== undefined) return
        cache.setQueryData(queryKey, features, { updatedAt: KEPT })
      })
    } else if (dataUpdatedAt !== KEPT) void keep(data)
  }, [cache, data, dataUpdatedAt])

  return useMemo(() => (data ?? []).map(shapeOf), [data])
}

/** When kept areas were fetched, as far as the cache is told: long ago, so that newer ones are fetched. */
const KEPT = 1

async function kept(): Promise<AreaFeature[] | undefined> {
  return run('readonly', (areas) => areas.get(ONLY) as IDBRequest<AreaFeature[] | undefined>)
}

async function keep(features: AreaFeature[]): Promise<void> {
  await run('readwrite', (areas) => areas.put(features, ONLY))
}

/** Work on the store; undefined where this browser keeps nothing, and the map then needs a net. */
function run<T>(
  mode: IDBTransactionMode,
  work: (areas: IDBObjectStore) => IDBRequest<T>,
): Promise<T | undefined> {
  return new Promise((resolve) => {
    const opening = indexedDB.open(DATABASE, 1)
    opening.onupgradeneeded = () => opening.result.createObjectStore(AREAS)
    opening.onerror = () => resolve(undefined)
    opening.onsuccess = () => {
      const database = opening.result
      const transaction = database.transaction(AREAS, mode)
      const request = work(transaction.objectStore(AREAS))
      transaction.oncomplete = () => resolve(request.result)
      transaction.onabort = () => resolve(undefined)
      database.close() // once the transaction is over
    }
  })
}
