import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'

import { camerasQuery } from '@/api/cameras'
import { heatMapQuery } from '@/api/figures'
import { hotSpotsQuery } from '@/api/hotSpots'
import { useMessages } from '@/app/locale'
import { isBlind } from '@/features/cameras/gaps'
import type { MapContent } from '@/features/map/mapStyle'

import type { Period } from './period'

const LEAST_METRES = 30

/** What the map of a period shows; arrays stay the same while nothing in them changes. */
export function useMapContent({ since, until }: Period) {
  const t = useMessages()
  const { data: cells } = useQuery(heatMapQuery(since, until))
  const { data: spots, error } = useQuery(hotSpotsQuery(since, until))
  const { data: cameras } = useQuery(camerasQuery)
  const hotSpots = useMemo(
    () =>
      spots?.map((spot) => ({
        id: `${spot.longitude} ${spot.latitude}`,
        label: t('overview.hotSpot', {
          count: spot.cases,
          metres: Math.max(1, Math.round(spot.radius_metres)),
        }),
        spot,
      })),
    [spots, t],
  )
  const content = useMemo<MapContent>(
    () => ({
      heat: cells?.map(({ longitude, latitude, count }) => ({ place: [longitude, latitude], count })) ?? [],
      spots:
        hotSpots?.map(({ id, label, spot }) => ({
          id,
          label,
          place: [spot.longitude, spot.latitude],
          metres: Math.max(spot.radius_metres, LEAST_METRES),
          count: spot.cases,
        })) ?? [],
      cameras:
        cameras?.flatMap((camera) => {
          const { id, name, longitude, latitude, enabled } = camera
          if (!enabled || longitude === null || latitude === null) return []
          return [
            {
              id,
              name: name === '' ? id : name,
              place: [longitude, latitude] as const,
              sees: !isBlind(camera),
            },
          ]
        }) ?? [],
    }),
    [cells, hotSpots, cameras],
  )
  return { content, hotSpots, error }
}
