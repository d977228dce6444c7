import { useQueryClient } from '@tanstack/react-query'
import { Button } from 'antd'
import { Trash2, Undo2 } from 'lucide-react'
import { useEffect, useEffectEvent, useReducer, useRef, useState, type PointerEvent } from 'react'

import { caseQuery, replaceBoxes } from '@/api/cases'
import type { Case, Evidence, ObjectClass } from '@/api/nouns'
import { useMessages } from '@/app/locale'
import { problemDetail } from '@/shared/problemText'
import { useToasts } from '@/shared/Toasts'

import { beginBoxes, boxBetween, CLASSES, classOf, movedBox, reduceBoxes, type Corners } from './boxDraft'
import styles from './BoxEditor.module.css'

interface Props {
  found: Case
  original: Evidence
  onDone: () => void
}

type At = [number, number]
/** What the pointer does: a new box from a corner, a box moved, or one corner pulled. */
type Gesture =
  | { type: 'draw'; from: At; to: At }
  | { type: 'move'; index: number; from: At; to: At }
  | { type: 'pull'; index: number; fixed: At; to: At }

const LEAST_PX = 3

/** Draw what the last original really shows: a dialog over the whole window. */
export default function BoxEditor({ found, original, onDone }: Props) {
  const t = useMessages()
  const toasts = useToasts()
  const cache = useQueryClient()
  const dialog = useRef<HTMLDialogElement>(null)
  const svg = useRef<SVGSVGElement>(null)
  const [draft, edit] = useReducer(reduceBoxes, found, beginBoxes)
  const [drawing, setDrawing] = useState<ObjectClass>(classOf(found.kind))
  const [gesture, setGesture] = useState<Gesture | null>(null)
  const [busy, setBusy] = useState(false)
  const { width, height } = found.violation
  const frame = { width, height }

  useEffect(() => {
    const element = dialog.current
    element?.showModal()
    // No button is meant yet: keys are for the whole editor.
    element?.focus()
    return () => element?.close()
  }, [])

  const save = () => {
    setBusy(true)
    replaceBoxes(found.id, found.version, draft.boxes).then(
      (updated) => {
        cache.setQueryData(caseQuery(found.id).queryKey, updated)
        toasts.show({ text: t('boxes.saved'), tone: 'good' })
        onDone()
      },
      (error: unknown) => {
        setBusy(false)
        toasts.show({ text: t('boxes.failed', { why: problemDetail(t, error) }), tone: 'bad' })
      },
    )
  }
  const choose = (chosen: ObjectClass) => {
    setDrawing(chosen)
    edit({ type: 'classify', class: chosen })
  }

  const onKey = useEffectEvent((event: KeyboardEvent) => {
    const named = CLASSES[Number(event.key) - 1]
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'z') edit({ type: 'undo' })
    else if (event.ctrlKey || event.metaKey || event.altKey) return
    else if (event.key === 'Enter' && !(event.target instanceof HTMLButtonElement)) save()
    else if (event.key === 'Delete' || event.key === 'Backspace') edit({ type: 'remove' })
    else if (event.key === 'Escape' && draft.selected !== null) edit({ type: 'select', index: null })
    else if (event.key === 'Escape') onDone()
    else if (named !== undefined) choose(named)
    else return
    event.preventDefault()
    event.stopPropagation()
  })
  useEffect(() => {
    const element = dialog.current
    const listen = (event: KeyboardEvent) => onKey(event)
    element?.addEventListener('keydown', listen)
    return () => element?.removeEventListener('keydown', listen)
  }, [])

  const at = (event: PointerEvent): At => {
    const matrix = svg.current?.getScreenCTM()
    if (matrix == null) return [0, 0]
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse())
    return [point.x, point.y]
  }
  const begin = (event: PointerEvent, made: (at: At) => Gesture) => {
    if (event.button !== 0) return
    event.stopPropagation()
    svg.current?.setPointerCapture(event.pointerId)
    setGesture(made(at(event)))
  }
  const end = () => {
    const box = shaped(gesture, draft.boxes[gesture !== null && 'index' in gesture ? gesture.index : -1]?.box)
    setGesture(null)
    if (gesture === null) return
    if (gesture.type === 'draw') {
      if (box === null) edit({ type: 'select', index: null })
      else edit({ type: 'add', class: drawing, box })
    } else if (box !== null) edit({ type: 'reshape', index: gesture.index, box })
  }
  const shaped = (now: Gesture | null, old: Corners | undefined): Corners | null => {
    if (now === null) return null
    if (now.type === 'draw') return boxBetween(now.from, now.to, frame, LEAST_PX)
    if (now.type === 'pull') return boxBetween(now.fixed, now.to, frame, LEAST_PX)
    const [dx, dy] = [now.to[0] - now.from[0], now.to[1] - now.from[1]]
    return old === undefined || (dx === 0 && dy === 0) ? null : movedBox(old, dx, dy, frame)
  }

  const shown = draft.boxes.map((one, index) => ({
    ...one,
    box:
      (gesture !== null && 'index' in gesture && gesture.index === index ? shaped(gesture, one.box) : null) ??
      one.box,
  }))
  const pending = gesture?.type === 'draw' ? shaped(gesture, undefined) : null
  const handle = Math.max(width, height) / 110
  return (
    <dialog
      ref={dialog}
      className={styles.editor}
      aria-label={t('boxes.title')}
      tabIndex={-1}
      onCancel={(event) => {
        event.preventDefault()
        onDone()
      }}
    >
      <div className={styles.stage}>
        <svg
          ref={svg}
          viewBox={`0 0 ${width} ${height}`}
          role="img"
          aria-label={t('boxes.canvas')}
          onPointerDown={(event) => begin(event, (from) => ({ type: 'draw', from, to: from }))}
          onPointerMove={(event) => {
            if (gesture !== null) setGesture({ ...gesture, to: at(event) })
          }}
          onPointerUp={end}
          onPointerCancel={() => setGesture(null)}
        >
          <image href={original.url} width={width} height={height} preserveAspectRatio="none" />
          {shown.map(({ class: name, box }, index) => (
            <g key={index} data-selected={index === draft.selected}>
              <rect
                {...rectangle(box)}
                onPointerDown={(event) => {
                  edit({ type: 'select', index })
                  begin(event, (from) => ({ type: 'move', index, from, to: from }))
                }}
              />
              <text x={box[0]} y={Math.max(box[1] - handle / 2, handle * 2)} fontSize={handle * 2}>
                {t(`object.${name}`)}
              </text>
              {index === draft.selected
                ? corners(box).map(([corner, fixed], number) => (
                    <circle
                      key={number}
                      cx={corner[0]}
                      cy={corner[1]}
                      r={handle}
                      onPointerDown={(event) => begin(event, (to) => ({ type: 'pull', index, fixed, to }))}
                    />
                  ))
                : null}
            </g>
          ))}
          {pending === null ? null : <rect {...rectangle(pending)} className={styles.pending} />}
        </svg>
      </div>
      <aside className={styles.side}>
        <h2>{t('boxes.title')}</h2>
        <p>{t('boxes.training')}</p>
        <div role="radiogroup" aria-label={t('boxes.class')} className={styles.classes}>
          {CLASSES.map((name, index) => (
            <button
              key={name}
              type="button"
              role="radio"
              aria-checked={name === drawing}
              onClick={() => choose(name)}
            >
              <kbd>{index + 1}</kbd> {t(`object.${name}`)}
            </button>
          ))}
        </div>
        <div className={styles.tools}>
          <Button
            icon={<Trash2 size={16} />}
            disabled={draft.selected === null}
            onClick={() => edit({ type: 'remove' })}
          >
            {t('boxes.delete')}
          </Button>
          <Button
            icon={<Undo2 size={16} />}
            disabled={draft.past.length === 0}
            onClick={() => edit({ type: 'undo' })}
          >
            {t('scene.undo')}
          </Button>
        </div>
        <p className={styles.hint}>{t('boxes.hint')}</p>
        <footer>
          <span role="status">{t('boxes.count', { count: draft.boxes.length })}</span>
          <Button onClick={onDone}>{t('common.cancel')}</Button>
          <Button type="primary" loading={busy} onClick={save}>
            {t('common.save')}
          </Button>
        </footer>
      </aside>
    </dialog>
  )
}

function rectangle([left, top, right, bottom]: Corners) {
  return { x: left, y: top, width: right - left, height: bottom - top }
}

/** Each corner with the one across from it, which stays where it is while the corner is pulled. */
function corners([left, top, right, bottom]: Corners): [At, At][] {
  return [
    [
      [left, top],
      [right, bottom],
    ],
    [
      [right, top],
      [left, bottom],
    ],
    [
      [right, bottom],
      [left, top],
    ],
    [
      [left, bottom],
      [right, top],
    ],
  ]
}
