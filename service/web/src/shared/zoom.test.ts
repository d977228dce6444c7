import { describe, expect, it } from 'vitest'

import { CLOSEST, FIT, panBy, zoomAt } from './zoom'

const FRAME = { width: 800, height: 600 }

describe('zoomAt', () => {
  it('keeps the point under the pointer in place', () => {
    const view = zoomAt(FIT, 2, { x: 200, y: 300 }, FRAME)
    expect(view).toEqual({ scale: 2, x: -200, y: -300 })
    expect(view.x + 200 * view.scale).toBe(200)
  })

  it.each([
    ['out beyond the fit', 0.2, 1],
    ['in beyond the closest', 100, CLOSEST],
  ])('does not zoom %s', (_name, factor, scale) => {
    expect(zoomAt(FIT, factor, { x: 0, y: 0 }, FRAME).scale).toBe(scale)
  })

  it('comes back to the fit exactly', () => {
    expect(zoomAt(zoomAt(FIT, 3, { x: 700, y: 20 }, FRAME), 1 / 3, { x: 10, y: 10 }, FRAME)).toEqual(FIT)
  })
})

describe('panBy', () => {
  it.each([
    [50, 50, 0, 0],
    [-5000, -5000, -800, -600],
    [-100, -20, -100, -20],
  ])('moved by %d, %d lies at %d, %d', (dx, dy, x, y) => {
    expect(panBy({ scale: 2, x: 0, y: 0 }, dx, dy, FRAME)).toEqual({ scale: 2, x, y })
  })
})
