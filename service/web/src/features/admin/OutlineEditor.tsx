import { Button } from 'antd'
import { Undo2 } from 'lucide-react'
import { useRef, useState, type KeyboardEvent, type PointerEvent } from 'react'

import type { AreaShape } from '@/api/areas'
import { useMessages } from '@/app/locale'
import { projectionOf, type Place } from '@/features/map/projection'

import { middlesOf, withCorner } from './outline'
import styles from './OutlineEditor.module.css'

interface Props {
  shapes: readonly AreaShape[]
  /** Code of the area that is edited: its old outline is not drawn among the others. */
  code: string
  corners: readonly Place[]
  onChange: (corners: readonly Place[]) => void
}

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}
const STEP = 2
const BIG_STEP = 20

/** One area's outline on the plan of the others: click adds a corner, dragging moves one, Delete removes it. */
export function OutlineEditor({ shapes, code, corners, onChange }: Props) {
  const t = useMessages()
  const svg = useRef<SVGSVGElement>(null)
  const [past, setPast] = useState<readonly (readonly Place[])[]>([])
  const [dragged, setDragged] = useState<{ index: number; place: Place } | null>(null)
  const others = shapes.filter((shape) => shape.code !== code)
  // The plan must not move while its outline is drawn: it is that of when editing began.
  const [map] = useState(() => {
    const places = shapes.flatMap((shape) => shape.rings.flat())
    return projectionOf(corners.length > 2 ? around(corners) : places)
  })
  if (map === null) return <p role="alert">{t('areas.drawNowhere')}</p>

  const edit = (next: readonly Place[]) => {
    setPast([...past, corners].slice(-100))
    onChange(next)
  }
  const placeAt = (event: { clientX: number; clientY: number }): Place | null => {
    const matrix = svg.current?.getScreenCTM()
    if (matrix == null) return null
    const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse())
    return map.back([x, y])
  }
  const shown = dragged === null ? corners : corners.with(dragged.index, dragged.place)
  const points = shown.map((place) => map.at(place))
  const unit = Math.max(map.width, map.height) / 100
  const path = (ring: readonly Place[]) =>
    `M${ring.map((place) => map.at(place).map(Math.round).join(' ')).join('L')}Z`

  const onKey = (event: KeyboardEvent, index: number) => {
    const arrow = ARROWS[event.key]
    const corner = corners[index]
    if ((event.key === 'Delete' || event.key === 'Backspace') && corners.length > 3) {
      edit(corners.toSpliced(index, 1))
    } else if (arrow !== undefined && corner !== undefined) {
      const [x, y] = map.at(corner)
      const step = event.shiftKey ? BIG_STEP : STEP
      edit(corners.with(index, map.back([x + arrow[0] * step, y + arrow[1] * step])))
    } else return
    event.preventDefault()
  }
  const onMove = (event: PointerEvent) => {
    if (dragged === null) return
    const place = placeAt(event)
    if (place !== null) setDragged({ ...dragged, place })
  }
  const onUp = () => {
    if (dragged !== null) edit(corners.with(dragged.index, dragged.place))
    setDragged(null)
  }

  return (
    <div className={styles.editor}>
      {/* Corners take the focus and are moved by the arrow keys; clicking beside them only adds one more. */}
      <svg
        ref={svg}
        className={styles.plan}
        viewBox={`0 0 ${map.width} ${map.height}`}
        onPointerMove={onMove}
        onPointerUp={onUp}
        onPointerCancel={() => setDragged(null)}
        onClick={(event) => {
          const place = event.target === event.currentTarget || corners.length < 3 ? placeAt(event) : null
          if (place !== null && corners.length < 3) edit([...corners, place])
        }}
      >
        {others.map((shape) => (
          <path key={shape.code} d={shape.rings.map(path).join('')} data-level={shape.level}>
            <title>{shape.name}</title>
          </path>
        ))}
        {points.length < 2 ? null : (
          <polygon className={styles.outline} points={points.map((point) => point.join(',')).join(' ')} />
        )}
        {corners.length < 3
          ? null
          : middlesOf(shown).map((place, index) => {
              const [x, y] = map.at(place)
              return (
                <circle
                  key={index}
                  role="presentation"
                  className={styles.middle}
                  cx={x}
                  cy={y}
                  r={unit * 0.8}
                  onClick={() => edit(withCorner(corners, index, place))}
                />
              )
            })}
        {points.map(([x, y], index) => (
          <circle
            key={index}
            className={styles.corner}
            role="button"
            tabIndex={0}
            aria-label={t('areas.corner', { number: index + 1 })}
            cx={x}
            cy={y}
            r={unit * 1.2}
            onKeyDown={(event) => {
              const middle = middlesOf(corners)[index]
              if (event.key === 'Enter' && middle !== undefined && corners.length > 2) {
                edit(withCorner(corners, index, middle))
              } else onKey(event, index)
            }}
            onPointerDown={(event) => {
              const place = corners[index]
              if (place === undefined) return
              svg.current?.setPointerCapture(event.pointerId)
              setDragged({ index, place })
            }}
            onDoubleClick={() => {
              if (corners.length > 3) edit(corners.toSpliced(index, 1))
            }}
          />
        ))}
      </svg>
      <footer>
        <p>{corners.length < 3 ? t('areas.drawHint') : t('areas.editHint')}</p>
        <Button
          icon={<Undo2 size={16} />}
          disabled={past.length === 0}
          onClick={() => {
            onChange(past.at(-1) ?? corners)
            setPast(past.slice(0, -1))
          }}
        >
          {t('scene.undo')}
        </Button>
      </footer>
    </div>
  )
}

/** The corners and half as much ground again on each side. */
function around(corners: readonly Place[]): Place[] {
  const east = corners.map(([x]) => x)
  const north = corners.map(([, y]) => y)
  const [left, right, low, high] = [
    Math.min(...east),
    Math.max(...east),
    Math.min(...north),
    Math.max(...north),
  ]
  const [across, up] = [(right - left) / 2, (high - low) / 2]
  return [
    [left - across, low - up],
    [right + across, high + up],
  ]
}
