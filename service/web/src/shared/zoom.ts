/** How a picture lies in its frame: `scale` 1 fits; `x`, `y` move its top left corner, CSS pixels. */
export interface View {
  readonly scale: number
  readonly x: number
  readonly y: number
}

export interface Size {
  readonly width: number
  readonly height: number
}

export const FIT: View = { scale: 1, x: 0, y: 0 }
export const CLOSEST = 8

/** Zoom by a factor so that the point under the pointer stays where it is; never smaller than the frame. */
export function zoomAt(view: View, factor: number, at: { x: number; y: number }, frame: Size): View {
  const scale = Math.min(CLOSEST, Math.max(1, view.scale * factor))
  const grown = scale / view.scale
  return keepInside({ scale, x: at.x - (at.x - view.x) * grown, y: at.y - (at.y - view.y) * grown }, frame)
}

export function panBy(view: View, dx: number, dy: number, frame: Size): View {
  return keepInside({ scale: view.scale, x: view.x + dx, y: view.y + dy }, frame)
}

function keepInside({ scale, x, y }: View, { width, height }: Size): View {
  return {
    scale,
    x: Math.min(0, Math.max(width * (1 - scale), x)),
    y: Math.min(0, Math.max(height * (1 - scale), y)),
  }
}
