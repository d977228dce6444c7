import { useEffect, useEffectEvent, useRef, useState, type PointerEvent, type ReactNode } from 'react'

import { useShortcuts } from './useShortcuts'
import { FIT, panBy, zoomAt, type View } from './zoom'
import styles from './ZoomPicture.module.css'

interface Props {
  src: string
  alt: string
  hint: string
  failed: string
  /** Drawn over the picture and moved with it. */
  overlay?: ReactNode
}

const CLICK_ZOOM = 2.5
const CLICK_SLACK_PX = 5

/** A picture that fills its frame: click or wheel zooms, dragging moves, two fingers do both; the key Z does it without a pointer. */
export function ZoomPicture({ src, alt, hint, failed, overlay = null }: Props) {
  const frame = useRef<HTMLDivElement>(null)
  const pointers = useRef(new Map<number, { x: number; y: number }>())
  const travelled = useRef(0)
  const [view, setView] = useState<View>(FIT)
  const [state, setState] = useState<'loading' | 'shown' | 'failed'>('loading')
  useShortcuts({
    z() {
      const box = frame.current?.getBoundingClientRect()
      if (box === undefined) return
      const middle = { x: box.width / 2, y: box.height / 2 }
      setView((now) => (now.scale > 1 ? FIT : zoomAt(FIT, CLICK_ZOOM, middle, box)))
    },
  })

  const zoom = useEffectEvent((factor: number, clientX: number, clientY: number) => {
    const box = frame.current?.getBoundingClientRect()
    if (box === undefined) return
    setView((now) => zoomAt(now, factor, { x: clientX - box.left, y: clientY - box.top }, box))
  })

  useEffect(() => {
    const element = frame.current
    if (element === null) return
    const onWheel = (event: WheelEvent) => {
      event.preventDefault()
      zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0018)), event.clientX, event.clientY)
    }
    element.addEventListener('wheel', onWheel, { passive: false })
    return () => element.removeEventListener('wheel', onWheel)
  }, [])

  const onMove = (event: PointerEvent) => {
    const before = pointers.current.get(event.pointerId)
    const box = frame.current?.getBoundingClientRect()
    if (before === undefined || box === undefined) return
    const now = { x: event.clientX, y: event.clientY }
    const [dx, dy] = [now.x - before.x, now.y - before.y]
    travelled.current += Math.abs(dx) + Math.abs(dy)
    const other = [...pointers.current].find(([id]) => id !== event.pointerId)?.[1]
    pointers.current.set(event.pointerId, now)
    if (other === undefined) {
      setView((old) => panBy(old, dx, dy, box))
      return
    }
    const grown =
      Math.hypot(now.x - other.x, now.y - other.y) /
      Math.max(1, Math.hypot(before.x - other.x, before.y - other.y))
    const middle = { x: (now.x + other.x) / 2 - box.left, y: (now.y + other.y) / 2 - box.top }
    setView((old) => panBy(zoomAt(old, grown, middle, box), dx / 2, dy / 2, box))
  }

  const onUp = (event: PointerEvent) => {
    const clicked =
      pointers.current.size === 1 && travelled.current < CLICK_SLACK_PX && event.type === 'pointerup'
    pointers.current.delete(event.pointerId)
    if (!clicked || event.button !== 0) return
    const box = frame.current?.getBoundingClientRect()
    if (box === undefined) return
    const at = { x: event.clientX - box.left, y: event.clientY - box.top }
    setView((now) => (now.scale > 1 ? FIT : zoomAt(FIT, CLICK_ZOOM, at, box)))
  }

  return (
    <div
      ref={frame}
      className={styles.frame}
      data-zoomed={view.scale > 1}
      title={hint}
      onPointerDown={(event) => {
        if (pointers.current.size === 0) travelled.current = 0
        pointers.current.set(event.pointerId, { x: event.clientX, y: event.clientY })
        event.currentTarget.setPointerCapture(event.pointerId)
      }}
      onPointerMove={onMove}
      onPointerUp={onUp}
      onPointerCancel={onUp}
    >
      {state === 'failed' ? (
        <p className={styles.failed} role="alert">
          {failed}
        </p>
      ) : (
        <div
          className={styles.view}
          style={{ transform: `translate(${view.x}px, ${view.y}px) scale(${view.scale})` }}
        >
          <img
            src={src}
            alt={alt}
            draggable={false}
            // What was decoded ahead is painted with the rest of the page, not a frame later.
            decoding="sync"
            onLoad={() => setState('shown')}
            onError={() => setState('failed')}
          />
          {state === 'shown' ? overlay : null}
        </div>
      )}
    </div>
  )
}
