import type { KonvaEventObject } from 'konva/lib/Node'
import { useRef, useState } from 'react'
import { Circle, Image as Picture, Layer, Line, Rect, Stage } from 'react-konva'

import type { Point, ZoneKind } from '@/api/nouns'
import { useMessages } from '@/app/locale'

import { inside } from './polygon'
import type { Editing } from './sceneDraft'
import { fewestPoints } from './sceneDraft'
import styles from './SceneEditor.module.css'
import { useRoom } from './useRoom'
import { zoneColour } from './zoneColours'
import { ZoneShape } from './ZoneShape'

interface Props {
  editing: Editing
  picture: HTMLImageElement | null
  /** Width by height of the picture. */
  ratio: number
  /** The kind that is being drawn; null while zones are selected and moved. */
  tool: ZoneKind | null
  /** Points drawn so far. */
  drawn: readonly Point[]
  locked: boolean
  onDraw: (points: readonly Point[]) => void
  onFinish: () => void
  onSelect: (index: number | null) => void
  onReshape: (index: number, points: Point[]) => void
}

const CLOSE_PX = 14

/** The camera's picture with its zones; here they are drawn, moved and bent. */
export function SceneCanvas(props: Props) {
  const { editing, picture, ratio, tool, drawn, locked, onDraw, onFinish, onSelect, onReshape } = props
  const t = useMessages()
  const frame = useRef<HTMLDivElement>(null)
  const { width, height } = useRoom(frame)
  const [pointer, setPointer] = useState<Point | null>(null)
  const fitting = Math.min(width, Math.floor(height * ratio))
  const size = { width: fitting, height: Math.round(fitting / ratio) }
  const { zones } = editing.draft
  // The selected one is drawn last, so that no other covers its corners.
  const order = zones
    .map((zone, index) => ({ zone, index }))
    .sort((one, other) => Number(one.index === editing.selected) - Number(other.index === editing.selected))

  const pointAt = (event: KonvaEventObject<MouseEvent | TouchEvent>): Point | null => {
    const at = event.target.getStage()?.getPointerPosition()
    return at == null ? null : inside([at.x / size.width, at.y / size.height])
  }

  const onPress = (event: KonvaEventObject<MouseEvent | TouchEvent>) => {
    if (tool === null) {
      if (event.target.name() === 'ground') onSelect(null)
      return
    }
    const at = pointAt(event)
    if (at === null) return
    const first = drawn[0]
    const closes =
      first !== undefined &&
      tool !== 'barrier' &&
      drawn.length >= fewestPoints(tool) &&
      Math.hypot((at[0] - first[0]) * size.width, (at[1] - first[1]) * size.height) < CLOSE_PX
    if (closes) onFinish()
    else onDraw([...drawn, at])
  }

  const pending = pointer === null || drawn.length === 0 ? drawn : [...drawn, pointer]
  return (
    <div
      ref={frame}
      className={styles.canvas}
      data-drawing={tool !== null}
      role="img"
      aria-label={t('scene.canvas', { count: zones.length })}
    >
      {width === 0 ? null : (
        <Stage
          {...size}
          onMouseMove={(event) => {
            if (tool !== null) setPointer(pointAt(event))
          }}
          onClick={onPress}
          onTap={onPress}
          onDblClick={() => {
            if (tool === 'barrier') onFinish()
          }}
          onDblTap={() => {
            if (tool === 'barrier') onFinish()
          }}
        >
          <Layer listening>
            <Rect name="ground" {...size} fill="#0c1110" />
            {picture === null ? null : <Picture name="ground" image={picture} {...size} />}
          </Layer>
          <Layer listening={tool === null}>
            {order.map(({ zone, index }) => (
              <ZoneShape
                key={index}
                zone={zone}
                size={size}
                selected={index === editing.selected}
                locked={locked}
                onSelect={() => onSelect(index)}
                onReshape={(points) => onReshape(index, points)}
              />
            ))}
          </Layer>
          {tool === null ? null : (
            <Layer listening={false}>
              <Line
                points={pending.flatMap(([x, y]) => [x * size.width, y * size.height])}
                closed={tool !== 'barrier' && pending.length > 2}
                stroke={zoneColour(tool)}
                strokeWidth={2.5}
                dash={[8, 5]}
                {...(tool === 'barrier' ? {} : { fill: `${zoneColour(tool)}33` })}
              />
              {drawn.map(([x, y], index) => (
                <Circle
                  key={index}
                  x={x * size.width}
                  y={y * size.height}
                  radius={index === 0 ? 8 : 5}
                  fill="#ffffff"
                  stroke={zoneColour(tool)}
                  strokeWidth={2.5}
                />
              ))}
            </Layer>
          )}
        </Stage>
      )}
    </div>
  )
}
