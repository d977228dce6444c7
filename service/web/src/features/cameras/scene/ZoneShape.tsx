import type { KonvaEventObject } from 'konva/lib/Node'
import { useState } from 'react'
import { Circle, Group, Label, Line, Rect, Tag, Text } from 'react-konva'

import type { Point, Zone } from '@/api/nouns'

import { inside, middles, moved } from './polygon'
import { fewestPoints, isLine, pointsOf } from './sceneDraft'
import { zoneColour } from './zoneColours'

interface Props {
  zone: Zone
  size: { width: number; height: number }
  selected: boolean
  locked: boolean
  onSelect: () => void
  onReshape: (points: Point[]) => void
}

const CORNER_PX = 7
const TOUCH_PX = 26
/** The page's own fonts: a canvas does not know them. */
const FONT = getComputedStyle(document.body).fontFamily

/** One zone on the picture; the selected one shows its corners, and dots between them that make new ones. */
export function ZoneShape({ zone, size, selected, locked, onSelect, onReshape }: Props) {
  // While something is dragged the outline follows; only its end is an edit.
  const [dragged, setDragged] = useState<Point[] | null>(null)
  const points = dragged ?? pointsOf(zone)
  const closed = !isLine(zone)
  const colour = zoneColour(zone.kind)
  const movable = selected && !locked

  const at = (event: KonvaEventObject<DragEvent>): Point =>
    inside([event.target.x() / size.width, event.target.y() / size.height])
  const finish = (next: Point[]) => {
    setDragged(null)
    onReshape(next)
  }

  const onBodyMove = (event: KonvaEventObject<DragEvent>) => {
    const next = moved(pointsOf(zone), event.target.x() / size.width, event.target.y() / size.height)
    event.target.position({ x: 0, y: 0 })
    return next
  }

  const label = points.reduce((best, point) => (point[1] < best[1] ? point : best), points[0] ?? [0, 0])
  return (
    <Group>
      <BodyLine
        points={points}
        size={size}
        closed={closed}
        colour={colour}
        selected={selected}
        draggable={movable}
        onSelect={onSelect}
        onDragEnd={(event) => finish(onBodyMove(event))}
      />
      <Lamp zone={zone} size={size} />
      <Label
        x={Math.min(label[0] * size.width, size.width - 60)}
        y={Math.max(2, label[1] * size.height - 26)}
        listening={false}
      >
        <Tag fill="#0c1110" opacity={selected ? 0.92 : 0.66} cornerRadius={4} />
        <Text
          text={zone.name}
          fill={colour}
          fontSize={13}
          fontFamily={FONT}
          fontStyle={selected ? 'bold' : 'normal'}
          padding={4}
        />
      </Label>
      {movable
        ? middles(points, closed).map(({ after, at: [x, y] }) => (
            <Circle
              key={`middle-${after}`}
              x={x * size.width}
              y={y * size.height}
              radius={4}
              fill={colour}
              stroke="#0c1110"
              strokeWidth={1}
              hitStrokeWidth={TOUCH_PX - 8}
              onClick={() => onReshape(points.toSpliced(after + 1, 0, inside([x, y])))}
              onTap={() => onReshape(points.toSpliced(after + 1, 0, inside([x, y])))}
            />
          ))
        : null}
      {movable
        ? points.map(([x, y], index) => (
            <Circle
              key={`corner-${index}`}
              x={x * size.width}
              y={y * size.height}
              radius={CORNER_PX}
              fill="#ffffff"
              stroke={colour}
              strokeWidth={3}
              hitStrokeWidth={TOUCH_PX}
              draggable
              onDragMove={(event) => setDragged(pointsOf(zone).with(index, at(event)))}
              onDragEnd={(event) => finish(pointsOf(zone).with(index, at(event)))}
              onDblClick={() => remove(index)}
              onDblTap={() => remove(index)}
            />
          ))
        : null}
    </Group>
  )

  function remove(index: number) {
    if (points.length > fewestPoints(zone.kind)) onReshape(points.toSpliced(index, 1))
  }
}

/** The lamp that a crosswalk obeys, where it is looked at. */
function Lamp({ zone, size }: { zone: Zone; size: { width: number; height: number } }) {
  const lamp = zone.kind === 'crosswalk' ? zone.signal?.lamp : null
  if (lamp == null) return null
  const [left, top, right, bottom] = lamp
  return (
    <Rect
      x={left * size.width}
      y={top * size.height}
      width={(right - left) * size.width}
      height={(bottom - top) * size.height}
      stroke="#ffd43b"
      strokeWidth={2}
      listening={false}
    />
  )
}

interface BodyProps {
  points: readonly Point[]
  size: { width: number; height: number }
  closed: boolean
  colour: string
  selected: boolean
  draggable: boolean
  onSelect: () => void
  onDragEnd: (event: KonvaEventObject<DragEvent>) => void
}

function BodyLine({ points, size, closed, colour, selected, draggable, onSelect, onDragEnd }: BodyProps) {
  return (
    <Line
      points={points.flatMap(([x, y]) => [x * size.width, y * size.height])}
      closed={closed}
      stroke={colour}
      strokeWidth={selected ? 3.5 : 2.5}
      hitStrokeWidth={TOUCH_PX}
      {...(closed ? { fill: `${colour}${selected ? '55' : '2e'}` } : {})}
      draggable={draggable}
      onMouseDown={onSelect}
      onTouchStart={onSelect}
      onDragEnd={onDragEnd}
    />
  )
}
