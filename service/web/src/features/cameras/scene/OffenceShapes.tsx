import { Circle, Group, Layer, Line, Rect } from 'react-konva'

import { offenceColour, type Tried } from './rehearsed'

interface Props {
  offences: readonly Tried[]
  chosen: string | null
  size: { width: number; height: number }
  onChoose: (key: string) => void
}

/** Where offences of a rehearsal were: a point each on the ground, the chosen one with its box and its way. */
export function OffenceShapes({ offences, chosen, size, onChoose }: Props) {
  const last = offences.filter(({ key }) => key === chosen)
  const others = offences.filter(({ key }) => key !== chosen)
  return (
    <Layer>
      {[...others, ...last].map(({ key, fate, offence }) => {
        const colour = offenceColour(offence.kind)
        const [left, top, right, bottom] = offence.box
        const [x, y] = [((left + right) / 2) * size.width, bottom * size.height]
        const dash = fate === 'dropped' ? [5, 4] : []
        return (
          <Group key={key} onClick={() => onChoose(key)} onTap={() => onChoose(key)}>
            {key === chosen ? (
              <>
                <Line
                  points={offence.course.flatMap(([px, py]) => [px * size.width, py * size.height])}
                  stroke={colour}
                  strokeWidth={3}
                  dash={dash}
                  lineCap="round"
                  lineJoin="round"
                />
                <Rect
                  x={left * size.width}
                  y={top * size.height}
                  width={(right - left) * size.width}
                  height={(bottom - top) * size.height}
                  stroke={colour}
                  strokeWidth={3}
                  dash={dash}
                />
              </>
            ) : null}
            <Circle
              x={x}
              y={y}
              radius={key === chosen ? 8 : 5.5}
              fill={fate === 'dropped' ? '#0c1110' : colour}
              stroke={fate === 'dropped' ? colour : '#ffffff'}
              strokeWidth={fate === 'dropped' ? 3 : 1.5}
              opacity={chosen === null || key === chosen ? 1 : 0.65}
              hitStrokeWidth={16}
            />
          </Group>
        )
      })}
    </Layer>
  )
}
