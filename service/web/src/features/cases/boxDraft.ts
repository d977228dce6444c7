import type { Case, ObjectClass, ReviewedBox } from '@/api/nouns'

export type Corners = ReviewedBox['box']

/** The model's classes, in the order of their numbers. */
export const CLASSES: readonly ObjectClass[] = [
  'person',
  'bicycle',
  'motorcycle',
  'car',
  'bus',
  'truck',
  'e_tricycle',
  'cigarette_butt',
  'garbage',
]

const CLASS_OF: Readonly<Record<string, ObjectClass>> = {
  jaywalking: 'person',
  illegal_parking: 'e_tricycle',
  garbage: 'garbage',
  cigarette_butt: 'cigarette_butt',
}

/** Boxes while somebody corrects them, with what can be undone. */
export interface BoxDraft {
  readonly boxes: readonly ReviewedBox[]
  readonly selected: number | null
  readonly past: readonly (readonly ReviewedBox[])[]
}

export type BoxEdit =
  | { type: 'add'; class: ObjectClass; box: Corners }
  | { type: 'reshape'; index: number; box: Corners }
  | { type: 'classify'; class: ObjectClass }
  | { type: 'remove' }
  | { type: 'select'; index: number | null }
  | { type: 'undo' }

/** What a reviewer drew before, or else the offence as the rule saw it. */
export function beginBoxes(found: Case): BoxDraft {
  const seen: ReviewedBox = { class: classOf(found.kind), box: found.violation.box }
  return { boxes: found.boxes ?? [seen], selected: null, past: [] }
}

/** The class that an offence of a kind is about; a kind that is new here is drawn as garbage until somebody says. */
export function classOf(kind: string): ObjectClass {
  return CLASS_OF[kind] ?? 'garbage'
}

export function reduceBoxes(draft: BoxDraft, edit: BoxEdit): BoxDraft {
  const { boxes, selected, past } = draft
  const changed = (next: readonly ReviewedBox[], chosen: number | null): BoxDraft => ({
    boxes: next,
    selected: chosen,
    past: [...past, boxes],
  })
  const chosen = selected === null ? undefined : boxes[selected]
  switch (edit.type) {
    case 'add':
      return changed([...boxes, { class: edit.class, box: edit.box }], boxes.length)
    case 'reshape': {
      const old = boxes[edit.index]
      return old === undefined
        ? draft
        : changed(boxes.with(edit.index, { ...old, box: edit.box }), edit.index)
    }
    case 'classify':
      return chosen === undefined || selected === null || chosen.class === edit.class
        ? draft
        : changed(boxes.with(selected, { ...chosen, class: edit.class }), selected)
    case 'remove':
      return chosen === undefined
        ? draft
        : changed(
            boxes.filter((box) => box !== chosen),
            null,
          )
    case 'select':
      return { ...draft, selected: edit.index }
    case 'undo': {
      const before = past.at(-1)
      return before === undefined ? draft : { boxes: before, selected: null, past: past.slice(0, -1) }
    }
  }
}

/** A box from two opposite corners, kept inside the frame; null where it would be a slip of the hand. */
export function boxBetween(
  [x1, y1]: readonly [number, number],
  [x2, y2]: readonly [number, number],
  frame: { width: number; height: number },
  least: number,
): Corners | null {
  const inside = (value: number, most: number) => Math.min(Math.max(value, 0), most)
  const box: Corners = [
    inside(Math.min(x1, x2), frame.width),
    inside(Math.min(y1, y2), frame.height),
    inside(Math.max(x1, x2), frame.width),
    inside(Math.max(y1, y2), frame.height),
  ]
  return box[2] - box[0] < least || box[3] - box[1] < least ? null : box
}

/** A box moved as a whole; it stops at the frame's edge. */
export function movedBox(
  [left, top, right, bottom]: Corners,
  dx: number,
  dy: number,
  frame: { width: number; height: number },
): Corners {
  const x = Math.min(Math.max(dx, -left), frame.width - right)
  const y = Math.min(Math.max(dy, -top), frame.height - bottom)
  return [left + x, top + y, right + x, bottom + y]
}
