import type { Ground, Point } from '@/api/nouns'

/** A mapping between two planes: (x, y) to ((a x + b y + c) / (g x + h y + 1), …), as a row of eight numbers. */
export type Homography = readonly number[]

const SIZE = 8

/**
 * The mapping that brings four points to four others (Hartley & Zisserman, Multiple View Geometry, 4.1). Null where three
 * of them lie on a line.
 */
export function homographyOf(from: readonly Point[], to: readonly Point[]): Homography | null {
  const rows: number[][] = []
  for (const [index, [x, y]] of from.entries()) {
    const [u, v] = to[index] ?? [Number.NaN, Number.NaN]
    rows.push([x, y, 1, 0, 0, 0, -u * x, -u * y, u], [0, 0, 0, x, y, 1, -v * x, -v * y, v])
  }
  return rows.length === SIZE ? solved(rows) : null
}

/** Gaussian elimination with the largest pivot; rows hold the right side last. */
function solved(rows: number[][]): Homography | null {
  for (let column = 0; column < SIZE; column++) {
    let pivot = column
    for (let row = column; row < SIZE; row++) {
      if (Math.abs(rows[row]?.[column] ?? 0) > Math.abs(rows[pivot]?.[column] ?? 0)) pivot = row
    }
    const chosen = rows[pivot]
    const here = rows[column]
    if (chosen === undefined || here === undefined) return null
    const head = chosen[column] ?? 0
    if (!(Math.abs(head) > 1e-12)) return null
    rows[pivot] = here
    rows[column] = chosen.map((value) => value / head)
    const unit = rows[column] ?? []
    for (let row = 0; row < SIZE; row++) {
      const factor = rows[row]?.[column] ?? 0
      if (row !== column && factor !== 0) {
        rows[row] = (rows[row] ?? []).map((value, at) => value - factor * (unit[at] ?? 0))
      }
    }
  }
  return rows.map((row) => row[SIZE] ?? 0)
}

export function applied(mapping: Homography, [x, y]: Point): Point {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = mapping
  const weight = g * x + h * y + 1
  return [(a * x + b * y + c) / weight, (d * x + e * y + f) / weight]
}

const STEPS = [0.5, 1, 2, 5, 10, 20, 50]
const MOST_LINES = 14

export interface GroundGrid {
  /** Lines on the picture, in its fractions. */
  lines: readonly (readonly [Point, Point])[]
  /** Side of a square, metres. */
  step: number
}

/** Squares on the measured ground as the camera sees them, to check the measure with; null where it makes no sense. */
export function groundGrid(ground: Ground): GroundGrid | null {
  const mapping = homographyOf(ground.metres, ground.image)
  if (mapping === null) return null
  const xs = ground.metres.map(([x]) => x)
  const ys = ground.metres.map(([, y]) => y)
  const [left, right] = [Math.min(...xs), Math.max(...xs)]
  const [near, far] = [Math.min(...ys), Math.max(...ys)]
  const longer = Math.max(right - left, far - near)
  const step = STEPS.find((side) => longer / side <= MOST_LINES) ?? longer / MOST_LINES
  const lines: [Point, Point][] = []
  const along = (from: number, to: number, line: (at: number) => [Point, Point]) => {
    for (let at = from; at <= to + step / 1000; at += step) lines.push(line(at))
  }
  along(left, right, (x) => [applied(mapping, [x, near]), applied(mapping, [x, far])])
  along(near, far, (y) => [applied(mapping, [left, y]), applied(mapping, [right, y])])
  return lines.flat(2).every(Number.isFinite) ? { lines, step } : null
}

/** Corners of a rectangle on the ground, in the order in which its corners were marked. */
export function rectangleMetres(width: number, length: number): Point[] {
  return [
    [0, 0],
    [width, 0],
    [width, length],
    [0, length],
  ]
}

/** Width and length where the corners are a rectangle's, as `rectangleMetres` makes them; else null. */
export function asRectangle(metres: readonly Point[]): { width: number; length: number } | null {
  const [width, length] = metres[2] ?? [0, 0]
  return JSON.stringify(metres) === JSON.stringify(rectangleMetres(width, length)) ? { width, length } : null
}
