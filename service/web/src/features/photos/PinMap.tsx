import { Button } from 'antd'
import { Minus, Plus } from 'lucide-react'
import { useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'

import type { AreaShape } from '@/api/areas'
import type { Position } from '@/api/photoUpload'
import { useMessages } from '@/app/locale'
import type { Projection } from '@/features/map/projection'

import { Pin } from './Pin'
import { dragged, holding, viewOf, zoomed, type View } from './pinView'
import styles from './Plan.module.css'
import { GridLength, PlanLayers } from './PlanLayers'

interface Props {
  map: Projection
  shapes: readonly AreaShape[]
  pin: Position | null
  marks: readonly Position[]
  onChange: (pin: Position) => void
}

type Point = readonly [number, number]

const ARROWS: Readonly<Record<string, Point>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}
/** Of the width of the view, as is the pin. */
const STEP = 0.02
const BIG_STEP = 0.1
const PIN = window.innerWidth > 760 ? 0.08 : 0.13
/** A finger that moved less has tapped. */
const TAP_PIXELS = 8

/** A pin on the plan of the district: tapped, dragged or moved by arrow keys; two fingers, wheel, + and − zoom. */
export function PinMap({ map, shapes, pin, marks, onChange }: Props) {
  const t = useMessages()
  const svg = useRef<SVGSVGElement>(null)
  const fingers = useRef(new Map<number, Point>())
  const start = useRef<{ kind: 'pin' | 'plan'; x: number; y: number; hasMoved: boolean } | null>(null)
  const [view, setView] = useState<View>(() => viewOf(map, pin === null ? null : at(map, pin)))
  const tip = pin === null ? view.middle : at(map, pin)

  /** From the screen to the plan. */
  const pointOf = ({ clientX, clientY }: { clientX: number; clientY: number }): Point | null => {
    const matrix = svg.current?.getScreenCTM()
    if (matrix == null) return null
    const { x, y } = new DOMPoint(clientX, clientY).matrixTransform(matrix.inverse())
    return [x, y]
  }
  const put = (point: Point) => {
    const [longitude, latitude] = map.back(point)
    onChange({ longitude: digits(longitude), latitude: digits(latitude) })
  }
  const zoom = (factor: number) => setView(zoomed(view, map, factor, tip))

  const onKeyDown = (event: KeyboardEvent) => {
    const arrow = ARROWS[event.key]
    if (arrow !== undefined) {
      const step = view.across * (event.shiftKey ? BIG_STEP : STEP)
      const point: Point = [tip[0] + arrow[0] * step, tip[1] + arrow[1] * step]
      put(point)
      setView(holding(view, point))
    } else if (event.key === 'Enter' || event.key === ' ') put(tip)
    else if (event.key === '+' || event.key === '=') zoom(1 / 1.5)
    else if (event.key === '-') zoom(1.5)
    else return
    event.preventDefault()
  }
  const onPointerDown = (event: PointerEvent<SVGSVGElement>) => {
    if (event.button !== 0) return
    event.currentTarget.setPointerCapture(event.pointerId)
    fingers.current.set(event.pointerId, [event.clientX, event.clientY])
    const kind = (event.target as Element).closest('[role=button]') === null ? 'plan' : 'pin'
    // A second finger zooms: what the first one has begun is no tap any more.
    start.current = { kind, x: event.clientX, y: event.clientY, hasMoved: fingers.current.size > 1 }
  }
  const onPointerMove = (event: PointerEvent) => {
    const before = fingers.current.get(event.pointerId)
    if (before === undefined || start.current === null) return
    const now: Point = [event.clientX, event.clientY]
    const other = [...fingers.current].find(([id]) => id !== event.pointerId)?.[1]
    const [from, to] = [before, now].map(([clientX, clientY]) => pointOf({ clientX, clientY }))
    fingers.current.set(event.pointerId, now)
    if (from == null || to == null) return
    if (other !== undefined) {
      const middle = pointOf({ clientX: (now[0] + other[0]) / 2, clientY: (now[1] + other[1]) / 2 })
      setView(zoomed(view, map, apart(before, other) / Math.max(1, apart(now, other)), middle ?? undefined))
      return
    }
    if (Math.hypot(now[0] - start.current.x, now[1] - start.current.y) > TAP_PIXELS)
      start.current.hasMoved = true
    if (!start.current.hasMoved) return
    if (start.current.kind === 'plan') setView(dragged(view, from, to))
    else put([tip[0] + to[0] - from[0], tip[1] + to[1] - from[1]])
  }
  const onPointerUp = (event: PointerEvent) => {
    const point = pointOf(event)
    const isTap = start.current?.kind === 'plan' && !start.current.hasMoved && fingers.current.size === 1
    fingers.current.delete(event.pointerId)
    if (isTap && point !== null) put(point)
    if (fingers.current.size === 0) start.current = null
  }

  const { middle, across } = view
  const place = pin === null ? t('photos.placeUnset') : coordinates(pin)
  return (
    <div className={styles.frame}>
      <svg
        ref={svg}
        className={`${styles.plan} ${styles.move}`}
        viewBox={`${middle[0] - across / 2} ${middle[1] - across / 2} ${across} ${across}`}
        preserveAspectRatio="xMidYMid slice"
        data-testid="plan"
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerCancel={(event) => {
          fingers.current.delete(event.pointerId)
          start.current = null
        }}
        onWheel={(event) =>
          setView(zoomed(view, map, event.deltaY > 0 ? 1.2 : 1 / 1.2, pointOf(event) ?? undefined))
        }
      >
        <PlanLayers map={map} shapes={shapes} view={view} marks={marks} />
        <Pin
          at={tip}
          size={across * PIN}
          isSet={pin !== null}
          label={t('photos.placePin', { place })}
          onKeyDown={onKeyDown}
        />
      </svg>
      <div className={styles.zoom}>
        <Button icon={<Plus size={18} />} aria-label={t('photos.zoomIn')} onClick={() => zoom(1 / 2)} />
        <Button icon={<Minus size={18} />} aria-label={t('photos.zoomOut')} onClick={() => zoom(2)} />
      </div>
      <span className={styles.scale}>
        ▦ <GridLength map={map} view={view} />
      </span>
    </div>
  )
}

function at(map: Projection, { longitude, latitude }: Position): Point {
  return map.at([longitude, latitude])
}

function apart([x, y]: Point, [otherX, otherY]: Point): number {
  return Math.hypot(x - otherX, y - otherY)
}

/** Degrees to a tenth of a metre: more digits would only pretend. */
function digits(degrees: number): number {
  return Math.round(degrees * 1e6) / 1e6
}

/** Latitude and longitude as maps write them. */
export function coordinates({ longitude, latitude }: Position): string {
  return `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`
}
