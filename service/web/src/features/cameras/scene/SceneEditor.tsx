import { Button } from 'antd'
import { RefreshCw } from 'lucide-react'
import { useEffect, useEffectEvent, useMemo, useReducer, useState } from 'react'
import { useBlocker } from 'react-router'

import { useReplaceScene } from '@/api/cameras'
import { useWords } from '@/api/catalogue'
import type { Camera, Point } from '@/api/nouns'
import { Problem } from '@/api/problem'
import { useRehearsal } from '@/api/rehearsal'
import { useMessages } from '@/app/locale'
import { useSession } from '@/features/session/session'
import { ConfirmDialog } from '@/shared/ConfirmDialog'
import { problemDetail } from '@/shared/problemText'
import { useToasts } from '@/shared/Toasts'
import { isTyping } from '@/shared/useShortcuts'

import { rectangleMetres } from './ground'
import { GroundFields } from './GroundFields'
import { inside, moved } from './polygon'
import { triedOffences } from './rehearsed'
import { RehearsalCard } from './RehearsalCard'
import { RuleSettings } from './RuleSettings'
import { SceneCanvas } from './SceneCanvas'
import {
  beginEditing,
  draftOf,
  faultOf,
  fewestPoints,
  freeName,
  lampBetween,
  mostPoints,
  pointsOf,
  reduceScene,
  sameDraft,
  settingsOf,
  type SceneDraft,
  type Tool,
} from './sceneDraft'
import styles from './SceneEditor.module.css'
import { NO_FAULTS, sortFaults } from './sceneFaults'
import { SceneToolbar } from './SceneToolbar'
import { usePicture } from './usePicture'
import { ZoneList } from './ZoneList'

const STEP = 0.002
const BIG_STEP = 0.02
const ARROWS: Readonly<Record<string, Point>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}

/** Zones and rules of a camera, drawn on its picture. */
export default function SceneEditor({ camera }: { camera: Camera }) {
  const t = useMessages()
  const { word } = useWords()
  const toasts = useToasts()
  const { user } = useSession()
  const locked = user.role !== 'administrator'
  const save = useReplaceScene(camera.id)
  const picture = usePicture(camera)
  const [editing, dispatch] = useReducer(reduceScene, camera.scene, beginEditing)
  const [base, setBase] = useState(() => draftOf(camera.scene))
  const [tool, setTool] = useState<Tool | null>(null)
  /** Where the next point would be set. */
  const [cross, setCross] = useState<Point | null>(null)
  /** The crosswalk whose lamp is marked. */
  const [lampOf, setLampOf] = useState<number | null>(null)
  const [drawn, setDrawn] = useState<readonly Point[]>([])
  const [faults, setFaults] = useState(NO_FAULTS)
  const rehearsal = useRehearsal(camera.id)
  const [rehearsed, setRehearsed] = useState<SceneDraft | null>(null)
  const [chosen, setChosen] = useState<string | null>(null)
  const { draft, selected } = editing
  const changed = !sameDraft(draft, base)
  const overtaken = !sameDraft(draftOf(camera.scene), base)

  const choose = (next: Tool | null) => {
    setTool(next)
    setDrawn([])
    setCross(null)
    setLampOf(next === 'lamp' ? selected : null)
    if (next !== null && next !== 'lamp') dispatch({ type: 'select', index: null })
  }
  const finish = (points: readonly Point[] = drawn) => {
    if (tool === null || points.length < fewestPoints(tool)) {
      choose(null)
      return
    }
    setFaults(NO_FAULTS)
    if (tool === 'ground') {
      const metres = draft.ground?.metres ?? rectangleMetres(3, 3)
      dispatch({ type: 'ground', ground: { ...draft.ground, image: [...points], metres } })
    } else if (tool === 'lamp') markLamp(points)
    else {
      const name = freeName(draft, word('zone_kinds', tool))
      dispatch({ type: 'add', kind: tool, points: [...points], name })
    }
    choose(null)
  }
  const markLamp = ([one, other]: readonly Point[]) => {
    const zone = lampOf === null ? undefined : draft.zones[lampOf]
    const lamp = one === undefined || other === undefined ? null : lampBetween(one, other)
    if (lampOf === null || zone?.kind !== 'crosswalk') return
    if (lamp === null) toasts.show({ text: t('scene.fault.lamp'), tone: 'bad', milliseconds: 4_000 })
    else {
      const signal = { lamp, fed: zone.signal?.fed ?? false }
      dispatch({ type: 'change', index: lampOf, change: { signal } })
    }
  }
  const draw = (points: readonly Point[]) => {
    if (tool !== null && points.length === mostPoints(tool)) finish(points)
    else setDrawn(points)
  }
  const remove = () => {
    if (selected === null) return
    dispatch({ type: 'remove', index: selected })
    setFaults(NO_FAULTS)
  }

  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (locked || isTyping(event.target) || document.querySelector('dialog[open]') !== null) return
    const command = event.ctrlKey || event.metaKey
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
    const zone = selected === null ? undefined : draft.zones[selected]
    if (command && key === 'z') dispatch({ type: event.shiftKey ? 'redo' : 'undo' })
    else if (command && key === 'y') dispatch({ type: 'redo' })
    else if (command || event.altKey) return
    else if (key === 'Escape' && tool !== null) choose(null)
    else if (key === 'Escape') dispatch({ type: 'select', index: null })
    else if (key === 'Enter' && tool !== null) finish()
    else if (key === 'Backspace' && tool !== null) setDrawn(drawn.slice(0, -1))
    else if ((key === 'Delete' || key === 'Backspace') && zone !== undefined) remove()
    else if (tool !== null && ARROWS[key] !== undefined) {
      const [right, down] = ARROWS[key]
      const step = event.shiftKey ? BIG_STEP : STEP
      const [x, y] = cross ?? [0.5, 0.5]
      setCross(inside([x + right * step, y + down * step]))
    } else if (key === ' ' && tool !== null && cross !== null) draw([...drawn, cross])
    else if (zone !== undefined && selected !== null && ARROWS[key] !== undefined) {
      const [right, down] = ARROWS[key]
      const step = event.shiftKey ? BIG_STEP : STEP
      dispatch({ type: 'reshape', index: selected, points: moved(pointsOf(zone), right * step, down * step) })
    } else return
    event.preventDefault()
  })
  useEffect(() => {
    const listen = (event: KeyboardEvent) => onKey(event)
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  }, [])

  const blocker = useBlocker(changed && !locked)
  useEffect(() => {
    if (!changed || locked) return
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', warn)
    return () => window.removeEventListener('beforeunload', warn)
  }, [changed, locked])

  /** Whether the draft can be sent; a zone that cannot is selected. */
  const isWhole = () => {
    const broken = draft.zones.findIndex((_, index) => faultOf(draft, index) !== null)
    if (broken === -1) return true
    dispatch({ type: 'select', index: broken })
    toasts.show({ text: t('scene.saveFailed'), tone: 'bad', milliseconds: 6_000 })
    return false
  }
  const tried = useMemo(
    () => (rehearsal.data === undefined ? [] : triedOffences(rehearsal.data)),
    [rehearsal.data],
  )
  const onTry = (minutes: number) => {
    if (!isWhole()) return
    setRehearsed(draft)
    setChosen(null)
    rehearsal.mutate({ scene: settingsOf(draft), minutes })
  }
  const onSave = () => {
    if (!isWhole()) return
    save.mutate(settingsOf(draft), {
      onSuccess(saved) {
        setBase(draftOf(saved.scene))
        dispatch({ type: 'reset', scene: saved.scene })
        setFaults(NO_FAULTS)
        toasts.show({ text: t('scene.saved'), tone: 'good' })
      },
      onError(error) {
        const sorted = sortFaults(error instanceof Problem ? error.faults : [])
        setFaults(sorted)
        const first = sorted.zones.keys().next().value
        if (first !== undefined) dispatch({ type: 'select', index: first })
        const placed = sorted.zones.size + sorted.rules.size > 0
        toasts.show({ text: placed ? t('scene.saveFailed') : problemDetail(t, error), tone: 'bad' })
      },
    })
  }

  return (
    <div className={styles.editor}>
      <div className={styles.main}>
        <SceneToolbar
          editing={editing}
          tool={tool}
          locked={locked}
          canFinish={tool !== null && drawn.length >= fewestPoints(tool)}
          onChoose={choose}
          onFinish={() => finish()}
          onUndo={() => dispatch({ type: 'undo' })}
          onRedo={() => dispatch({ type: 'redo' })}
          onRemove={remove}
        />
        <SceneCanvas
          editing={editing}
          picture={picture.image}
          ratio={picture.ratio}
          tool={tool}
          drawn={drawn}
          locked={locked}
          onDraw={draw}
          onFinish={() => finish()}
          cross={cross}
          onCross={setCross}
          tried={tried}
          chosen={chosen}
          onChoose={setChosen}
          onGround={(ground) => dispatch({ type: 'ground', ground })}
          onSelect={(index) => dispatch({ type: 'select', index })}
          onReshape={(index, points) => dispatch({ type: 'reshape', index, points })}
        />
        <div className={styles.hint}>
          <p>
            {picture.image === null ? `${t('scene.noPicture')} · ` : ''}
            {tool === null ? t('scene.selectHint') : `${t(hintOf(tool))} · ${t('scene.keys')}`}
          </p>
          <Button size="small" icon={<RefreshCw size={14} />} onClick={picture.refresh}>
            {t('scene.unfreeze')}
          </Button>
        </div>
      </div>
      <aside className={styles.side}>
        {locked ? <p className={styles.notice}>{t('cameras.readOnly')}</p> : null}
        {overtaken && changed ? <p className={styles.notice}>{t('scene.changed')}</p> : null}
        {faults.other.map((text) => (
          <p key={text} role="alert" className={styles.fault}>
            {text}
          </p>
        ))}
        <ZoneList
          editing={editing}
          faults={faults}
          locked={locked}
          onMarkLamp={() => choose('lamp')}
          dispatch={dispatch}
        />
        <GroundFields
          ground={draft.ground ?? null}
          locked={locked}
          onMark={() => choose('ground')}
          dispatch={dispatch}
        />
        <RuleSettings draft={draft} faults={faults} locked={locked} dispatch={dispatch} />
        {locked ? null : (
          <RehearsalCard
            result={rehearsal.data ?? null}
            tried={tried}
            outdated={rehearsed !== null && !sameDraft(draft, rehearsed)}
            running={rehearsal.isPending}
            error={rehearsal.error}
            chosen={chosen}
            onChoose={setChosen}
            onTry={onTry}
          />
        )}
        {locked || !changed ? null : (
          <footer className={styles.save}>
            <span>{t('common.unsaved')}</span>
            <Button type="primary" size="large" loading={save.isPending} onClick={onSave}>
              {t('scene.save')}
            </Button>
          </footer>
        )}
      </aside>
      <ConfirmDialog
        open={blocker.state === 'blocked'}
        title={t('common.unsaved')}
        text={t('common.unsavedHint')}
        action={t('common.discard')}
        cancel={t('common.stay')}
        onCancel={() => blocker.reset?.()}
        onConfirm={() => blocker.proceed?.()}
      />
    </div>
  )
}

function hintOf(tool: Tool) {
  switch (tool) {
    case 'lamp':
      return 'scene.drawHintLamp'
    case 'ground':
      return 'scene.drawHintGround'
    case 'barrier':
      return 'scene.drawHintLine'
    default:
      return 'scene.drawHintPolygon'
  }
}
