import type { Point } from '@/api/nouns'

const DECIMALS = 4

/** A point inside the picture, with as many decimals as a pixel of a 4K picture needs. */
export function inside([x, y]: Point): Point {
  const round = (value: number) => Number(Math.min(1, Math.max(0, value)).toFixed(DECIMALS))
  return [round(x), round(y)]
}

/** The outline moved, as far as all of it stays inside the picture. */
export function moved(points: readonly Point[], dx: number, dy: number): Point[] {
  const xs = points.map(([x]) => x)
  const ys = points.map(([, y]) => y)
  const right = Math.min(1 - Math.max(...xs), Math.max(-Math.min(...xs), dx))
  const down = Math.min(1 - Math.max(...ys), Math.max(-Math.min(...ys), dy))
  return points.map(([x, y]) => inside([x + right, y + down]))
}

/** The middles of the sides; a closed outline has one between its last and first corner too. */
export function middles(points: readonly Point[], closed: boolean): { after: number; at: Point }[] {
  return points.flatMap(([x, y], index) => {
    const next = points[index + 1] ?? (closed ? points[0] : undefined)
    return next === undefined ? [] : [{ after: index, at: [(x + next[0]) / 2, (y + next[1]) / 2] as Point }]
  })
}

/** Whether a closed outline crosses or touches itself; the server refuses such a zone. */
export function crossesItself(points: readonly Point[]): boolean {
  const count = points.length
  const side = (index: number) => [points[index % count], points[(index + 1) % count]] as [Point, Point]
  for (let one = 0; one < count; one++) {
    for (let other = one + 1; other < count; other++) {
      const neighbours = other === one + 1 || (one === 0 && other === count - 1)
      if (!neighbours && sidesMeet(side(one), side(other))) return true
    }
  }
  return false
}

/** On which side of the line from `a` to `b` the point `c` lies: its sign; 0 is on the line. */
function turn(a: Point, b: Point, c: Point): number {
  return Math.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]))
}

function between(a: Point, b: Point, c: Point): boolean {
  return (
    Math.min(a[0], b[0]) <= c[0] &&
    c[0] <= Math.max(a[0], b[0]) &&
    Math.min(a[1], b[1]) <= c[1] &&
    c[1] <= Math.max(a[1], b[1])
  )
}

function sidesMeet([a, b]: [Point, Point], [c, d]: [Point, Point]): boolean {
  const [ofC, ofD, ofA, ofB] = [turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)]
  if (ofC !== ofD && ofA !== ofB) return true
  return (
    (ofC === 0 && between(a, b, c)) ||
    (ofD === 0 && between(a, b, d)) ||
    (ofA === 0 && between(c, d, a)) ||
    (ofB === 0 && between(c, d, b))
  )
}
