import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'

import { answer, api } from './client'
import { csrfToken, reportSessionLost } from './credentials'
import type { Area } from './nouns'
import { everyPage } from './pages'
import { Problem } from './problem'

export const areasQuery = queryOptions({
  queryKey: ['areas'],
  queryFn: ({ signal }) =>
    everyPage<Area>(async (query) => {
      const page = await answer(api.GET('/api/v1/areas', { params: { query }, signal }))
      // openapi-fetch widens the schema's tuples (bounds) to arrays; here they are tuples again.
      return { ...page, items: page.items as Area[] }
    }),
  staleTime: 60_000,
})

export type Ring = readonly (readonly [number, number])[]

/** An area as the map draws it. */
export interface AreaShape {
  readonly code: string
  readonly name: string
  readonly level: string
  /** Outlines and holes, longitude and latitude in degrees. */
  readonly rings: readonly Ring[]
}

/** An area as the file of areas tells of it. */
export interface AreaFeature {
  type: 'Feature'
  properties: {
    code: string
    name: string
    level: string
    parent?: string | null
    /** Code of the unit for each kind. */
    units?: Readonly<Record<string, string>>
  }
  geometry:
    | { type: 'Polygon'; coordinates: [number, number][][] }
    | { type: 'MultiPolygon'; coordinates: [number, number][][][] }
}

/** All areas as the file of areas tells of them; they seldom change. */
export const areaFeaturesQuery = queryOptions({
  queryKey: ['area-shapes'],
  queryFn: async ({ signal }): Promise<AreaFeature[]> => {
    const whole = await answer(api.GET('/api/v1/areas/geojson', { parseAs: 'json', signal }))
    // The description says only that it is GeoJSON; the server's own import checks the rest.
    return (whole as unknown as { features: AreaFeature[] }).features
  },
  staleTime: 10 * 60_000,
})

/** All areas with their outlines. */
export const areaShapesQuery = queryOptions({
  ...areaFeaturesQuery,
  select: (features: AreaFeature[]): AreaShape[] => features.map(shapeOf),
})

export function shapeOf({ properties, geometry }: AreaFeature): AreaShape {
  const { code, name, level } = properties
  const rings = geometry.type === 'Polygon' ? geometry.coordinates : geometry.coordinates.flat()
  return { code, name, level, rings }
}

export interface Imported {
  created: number
  updated: number
  unchanged: number
  cases_moved: number
}

export function useImportAreas() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (file: File) => importAreas(file),
    onSuccess: () =>
      Promise.all([
        cache.invalidateQueries({ queryKey: areasQuery.queryKey }),
        cache.invalidateQueries({ queryKey: areaShapesQuery.queryKey }),
      ]),
  })
}

/** A file goes as it is; the typed door sends only JSON. */
async function importAreas(file: File): Promise<Imported> {
  const headers = { 'Content-Type': 'application/geo+json', 'X-CSRF-Token': csrfToken() ?? '' }
  const response = await fetch('/api/v1/areas/geojson', { method: 'PUT', headers, body: file }).catch(() => {
    throw Problem.unreachable()
  })
  const body: unknown = await response.json().catch(() => null)
  if (response.status === 401) reportSessionLost()
  if (!response.ok) throw Problem.of(response.status, body, response.headers.get('Retry-After'))
  return body as Imported
}

export function useUpdateArea() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: ({
      id,
      body,
    }: {
      id: string
      body: { name?: string; active?: boolean; units?: Record<string, string> }
    }) => answer(api.PATCH('/api/v1/areas/{area_id}', { params: { path: { area_id: id } }, body })),
    onSuccess: () => cache.invalidateQueries({ queryKey: areasQuery.queryKey }),
  })
}
