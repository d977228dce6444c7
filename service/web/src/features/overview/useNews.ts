import { useQueryClient, type QueryKey } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'

import { useLiveEvent } from '@/app/live'

const COUNTS: readonly QueryKey[] = [['case-count'], ['cases']]
const FIGURES: readonly QueryKey[] = [['figures'], ['hot-spots']]
const CAMERAS: readonly QueryKey[] = [['cameras'], ['figures', 'cameras']]
const COUNTS_MS = 2_000
/** Figures of thirty days cost the office more, and move little. */
const FIGURES_MS = 30_000

/** Asks for what events make old: once for all that happens within a while, so that a busy hour costs no more. */
export function useNews(): void {
  const counts = useSoon(COUNTS, COUNTS_MS)
  const figures = useSoon(FIGURES, FIGURES_MS)
  const onCase = () => {
    counts()
    figures()
  }
  useLiveEvent('case.created', onCase)
  useLiveEvent('case.updated', onCase)
  useLiveEvent('camera.gap', useSoon(CAMERAS, COUNTS_MS))
}

function useSoon(keys: readonly QueryKey[], waitMs: number): () => void {
  const cache = useQueryClient()
  const timer = useRef<number>(undefined)
  useEffect(
    () => () => {
      window.clearTimeout(timer.current)
      timer.current = undefined
    },
    [],
  )
  return () => {
    timer.current ??= window.setTimeout(() => {
      timer.current = undefined
      for (const queryKey of keys) void cache.invalidateQueries({ queryKey })
    }, waitMs)
  }
}
