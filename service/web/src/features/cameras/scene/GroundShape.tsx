import { useState } from 'react'
import { Circle, Group, Line, Text } from 'react-konva'

import type { Ground, Point } from '@/api/nouns'

import { groundGrid } from './ground'
import { inside } from './polygon'

interface Props {
  ground: Ground
  size: { width: number; height: number }
  locked: boolean
  onChange: (ground: Ground) => void
}

const COLOUR = '#ffd43b'

/** The measured ground on the picture: a grid to check it with, and its corners to be moved. */
export function GroundShape({ ground, size, locked, onChange }: Props) {
  // While a corner is dragged the grid follows; only its end is an edit.
  const [dragged, setDragged] = useState<Point[] | null>(null)
  const image = dragged ?? ground.image
  const grid = groundGrid({ ...ground, image: [...image] })
  const pixels = ([x, y]: Point) => [x * size.width, y * size.height]
  const moved = (index: number, target: { x: () => number; y: () => number }) =>
    ground.image.with(index, inside([target.x() / size.width, target.y() / size.height]))
  return (
    <Group>
      {grid?.lines.map((line, index) => (
        <Line
          key={index}
          points={line.flatMap(pixels)}
          stroke={COLOUR}
          strokeWidth={1}
          opacity={0.75}
          listening={false}
        />
      ))}
      <Line points={image.flatMap(pixels)} closed stroke={COLOUR} strokeWidth={2} listening={false} />
      {image.map(([x, y], index) => (
        <Group key={index}>
          <Text
            x={x * size.width + 10}
            y={y * size.height - 20}
            text={String(index + 1)}
            fill={COLOUR}
            fontStyle="bold"
            fontSize={15}
            listening={false}
          />
          <Circle
            x={x * size.width}
            y={y * size.height}
            radius={6}
            fill="#0c1110"
            stroke={COLOUR}
            strokeWidth={3}
            hitStrokeWidth={26}
            draggable={!locked}
            onDragMove={(event) => setDragged(moved(index, event.target))}
            onDragEnd={(event) => {
              setDragged(null)
              onChange({ ...ground, image: moved(index, event.target) })
            }}
          />
        </Group>
      ))}
    </Group>
  )
}
