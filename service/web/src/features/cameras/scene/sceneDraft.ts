import type { Ground, Point, SceneSettings, Zone, ZoneKind } from '@/api/nouns'

import { crossesItself } from './polygon'

/** A scene while somebody edits it. */
export interface SceneDraft {
  readonly zones: readonly Zone[]
  readonly ground: SceneSettings['ground']
  readonly rules: Readonly<Record<string, Readonly<Record<string, number>> | null>>
  /** What this editor does not show; it goes back as it came. */
  readonly rest: Omit<SceneSettings, 'zones' | 'ground' | 'rules'>
}

/** The draft with what can be undone and redone. */
export interface Editing {
  readonly draft: SceneDraft
  readonly past: readonly SceneDraft[]
  readonly future: readonly SceneDraft[]
  readonly selected: number | null
}

export type EditAction =
  | { type: 'add'; kind: ZoneKind; points: Point[]; name: string }
  | { type: 'reshape'; index: number; points: Point[] }
  | { type: 'change'; index: number; change: ZoneChange }
  | { type: 'ground'; ground: Ground | null }
  | { type: 'remove'; index: number }
  | { type: 'rule'; kind: string; settings: Readonly<Record<string, number>> | null }
  | { type: 'select'; index: number | null }
  | { type: 'undo' }
  | { type: 'redo' }
  | { type: 'reset'; scene: SceneSettings }

export type Signal = NonNullable<Extract<Zone, { kind: 'crosswalk' }>['signal']>

export interface ZoneChange {
  name?: string
  tiles?: boolean
  signal?: Signal | null
  seconds?: number | null
  schedule?: string | null
}

const REMEMBERED = 100

export function beginEditing(scene: SceneSettings): Editing {
  return { draft: draftOf(scene), past: [], future: [], selected: null }
}

export function draftOf(scene: SceneSettings): SceneDraft {
  const { zones, ground, rules: named, ...rest } = scene
  const rules = { ...(named ?? {}) } as Record<string, Readonly<Record<string, number>> | null>
  return { zones: zones ?? [], ground: ground ?? null, rules, rest }
}

/** The draft as the API takes it. */
export function settingsOf(draft: SceneDraft): SceneSettings {
  // Rules come from the API's own description, so their names and settings are those that it knows.
  const rules = draft.rules as NonNullable<SceneSettings['rules']>
  return { ...draft.rest, zones: [...draft.zones], ground: draft.ground ?? null, rules }
}

export function sameDraft(one: SceneDraft, other: SceneDraft): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

export function isLine(zone: Zone): zone is Extract<Zone, { kind: 'barrier' }> {
  return zone.kind === 'barrier'
}

export function pointsOf(zone: Zone): readonly Point[] {
  return isLine(zone) ? zone.line : zone.polygon
}

/** What is drawn: a zone, the lamp of a crosswalk by two corners, or four corners of the ground. */
export type Tool = ZoneKind | 'lamp' | 'ground'

export function fewestPoints(tool: Tool): number {
  switch (tool) {
    case 'barrier':
    case 'lamp':
      return 2
    case 'ground':
      return 4
    default:
      return 3
  }
}

/** How many points complete the drawing by themselves; null where people say when it is complete. */
export function mostPoints(tool: Tool): number | null {
  return tool === 'lamp' ? 2 : tool === 'ground' ? 4 : null
}

/** The lamp between two opposite corners: left, top, right, bottom; null where it has no area. */
export function lampBetween([x1, y1]: Point, [x2, y2]: Point): [number, number, number, number] | null {
  return x1 === x2 || y1 === y2
    ? null
    : [Math.min(x1, x2), Math.min(y1, y2), Math.max(x1, x2), Math.max(y1, y2)]
}

function withPoints(zone: Zone, points: Point[]): Zone {
  return isLine(zone) ? { ...zone, line: points } : { ...zone, polygon: points }
}

function made(kind: ZoneKind, name: string, points: Point[]): Zone {
  return kind === 'barrier' ? { kind, name, line: points } : { kind, name, polygon: points, tiles: false }
}

/** A name that no zone has yet: the word and a number. */
export function freeName(draft: SceneDraft, word: string): string {
  const taken = new Set(draft.zones.map((zone) => zone.name))
  for (let number = 1; ; number++) {
    const name = `${word} ${number}`
    if (!taken.has(name)) return name
  }
}

export function reduceScene(editing: Editing, action: EditAction): Editing {
  const { draft, past, future } = editing
  const edit = (next: Partial<SceneDraft>, selected: number | null = editing.selected): Editing => ({
    draft: { ...draft, ...next },
    past: [...past, draft].slice(-REMEMBERED),
    future: [],
    selected,
  })
  switch (action.type) {
    case 'add':
      return edit(
        { zones: [...draft.zones, made(action.kind, action.name, action.points)] },
        draft.zones.length,
      )
    case 'reshape': {
      const zone = draft.zones[action.index]
      if (zone === undefined) return editing
      return edit({ zones: draft.zones.with(action.index, withPoints(zone, action.points)) }, action.index)
    }
    case 'change': {
      const zone = draft.zones[action.index]
      if (zone === undefined) return editing
      return edit({ zones: draft.zones.with(action.index, { ...zone, ...action.change }) }, action.index)
    }
    case 'ground':
      return edit({ ground: action.ground })
    case 'remove':
      return edit({ zones: draft.zones.filter((_, index) => index !== action.index) }, null)
    case 'rule':
      return edit({ rules: { ...draft.rules, [action.kind]: action.settings } })
    case 'select':
      return { ...editing, selected: action.index }
    case 'undo': {
      const before = past.at(-1)
      if (before === undefined) return editing
      return {
        draft: before,
        past: past.slice(0, -1),
        future: [draft, ...future],
        selected: kept(editing, before),
      }
    }
    case 'redo': {
      const [after, ...rest] = future
      if (after === undefined) return editing
      return { draft: after, past: [...past, draft], future: rest, selected: kept(editing, after) }
    }
    case 'reset':
      return beginEditing(action.scene)
  }
}

function kept({ selected }: Editing, draft: SceneDraft): number | null {
  return selected !== null && selected < draft.zones.length ? selected : null
}

export type ZoneFault = 'name' | 'duplicate' | 'crossing'

/** What the server would refuse about a zone, found while it is drawn. */
export function faultOf(draft: SceneDraft, index: number): ZoneFault | null {
  const zone = draft.zones[index]
  if (zone === undefined) return null
  if (zone.name.trim() === '') return 'name'
  if (draft.zones.some((other, at) => at !== index && other.name === zone.name)) return 'duplicate'
  return !isLine(zone) && crossesItself(zone.polygon) ? 'crossing' : null
}
