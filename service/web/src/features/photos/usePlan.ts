import { useMemo } from 'react'

import type { AreaShape } from '@/api/areas'
import type { Position } from '@/api/photoUpload'
import { projectionOf, type Projection } from '@/features/map/projection'

import { useKeptAreas } from './keptAreas'

export interface Plan {
  readonly shapes: readonly AreaShape[]
  /** Null where neither areas nor a place are known. */
  readonly map: Projection | null
}

/** The plan of the district that places are shown on; around a place where the district has no areas yet. */
export function usePlan(place: Position | null): Plan {
  const shapes = useKeptAreas()
  const around = shapes.length === 0 ? place : null
  return useMemo(() => {
    const outlines = shapes.flatMap((shape) => shape.rings.flat())
    const places = around === null ? outlines : [[around.longitude, around.latitude] as const]
    return { shapes, map: projectionOf(places) }
  }, [shapes, around])
}
