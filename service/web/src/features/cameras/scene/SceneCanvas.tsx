import type { KonvaEventObject } from 'konva/lib/Node'
import { useRef } from 'react'
import { Circle, Image as Picture, Layer, Line, Rect, Stage } from 'react-konva'

import type { Ground, Point } from '@/api/nouns'
import { useMessages } from '@/app/locale'

import { GroundShape } from './GroundShape'
import { OffenceShapes } from './OffenceShapes'
import { inside } from './polygon'
import type { Tried } from './rehearsed'
import { fewestPoints, mostPoints, type Editing, type Tool } from './sceneDraft'
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
  tool: Tool | null
  /** Points drawn so far. */
  drawn: readonly Point[]
  locked: boolean
  onDraw: (points: readonly Point[]) => void
  onFinish: () => void
  onSelect: (index: number | null) => void
  onReshape: (index: number, points: Point[]) => void
  onGround: (ground: Ground) => void
  /** Where the next point would be set, by pointer or keyboard. */
  cross: Point | null
  onCross: (at: Point | null) => void
  /** What was tried on the last hour. */
  tried: readonly Tried[]
  chosen: string | null
  onChoose: (key: string) => void
}

const CLOSE_PX = 14

/** The camera's picture with its zones; here they are drawn, moved and bent. */
export function SceneCanvas(props: Props) {
  const { editing, picture, ratio, tool, drawn, locked, onDraw, onFinish, onSelect, onReshape } = props
  const { cross, onCross } = props
  const t = useMessages()
  const frame = useRef<HTMLDivElement>(null)
  const { width, height } = useRoom(frame)
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
      mostPoints(tool) === null &&
      tool !== 'barrier' &&
      drawn.length >= fewestPoints(tool) &&
      Math.hypot((at[0] - first[0]) * size.width, (at[1] - first[1]) * size.height) < CLOSE_PX
    if (closes) onFinish()
    else onDraw([...drawn, at])
  }

  const open = tool === 'barrier' || tool === 'lamp'
  const pending = outlineOf(tool, cross === null || drawn.length === 0 ? drawn : [...drawn, cross])
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
            if (tool !== null) onCross(pointAt(event))
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
            {editing.draft.ground == null ? null : (
              <GroundShape
                ground={editing.draft.ground}
                size={size}
                locked={locked}
                onChange={props.onGround}
              />
            )}
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
          {tool !== null || props.tried.length === 0 ? null : (
            <OffenceShapes
              offences={props.tried}
              chosen={props.chosen}
              size={size}
              onChoose={props.onChoose}
            />
          )}
          {tool === null ? null : (
            <Layer listening={false}>
              <Line
                points={pending.flatMap(([x, y]) => [x * size.width, y * size.height])}
                closed={!open && pending.length > 2}
                stroke={toolColour(tool)}
                strokeWidth={2.5}
                dash={[8, 5]}
                {...(open ? {} : { fill: `${toolColour(tool)}33` })}
              />
              {drawn.map(([x, y], index) => (
                <Circle
                  key={index}
                  x={x * size.width}
                  y={y * size.height}
                  radius={index === 0 ? 8 : 5}
                  fill="#ffffff"
                  stroke={toolColour(tool)}
                  strokeWidth={2.5}
                />
              ))}
              {cross === null ? null : (
                <>
                  <Line
                    points={[
                      cross[0] * size.width - 12,
                      cross[1] * size.height,
                      cross[0] * size.width + 12,
                      cross[1] * size.height,
                    ]}
                    stroke="#ffffff"
                    strokeWidth={1.5}
                  />
                  <Line
                    points={[
                      cross[0] * size.width,
                      cross[1] * size.height - 12,
                      cross[0] * size.width,
                      cross[1] * size.height + 12,
                    ]}
                    stroke="#ffffff"
                    strokeWidth={1.5}
                  />
                </>
              )}
            </Layer>
          )}
        </Stage>
      )}
    </div>
  )
}

const MARK_COLOUR = '#ffd43b'

function toolColour(tool: Tool): string {
  return tool === 'lamp' || tool === 'ground' ? MARK_COLOUR : zoneColour(tool)
}

/** The lamp is a box between two corners; everything else is the points as they are. */
function outlineOf(tool: Tool | null, points: readonly Point[]): readonly Point[] {
  const [one, other] = points
  if (tool !== 'lamp' || one === undefined || other === undefined) return points
  return [one, [other[0], one[1]], other, [one[0], other[1]], one]
}
