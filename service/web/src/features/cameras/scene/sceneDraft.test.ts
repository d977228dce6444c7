import { describe, expect, it } from 'vitest'

import type { Point, SceneSettings } from '@/api/nouns'

import {
  beginEditing,
  draftOf,
  faultOf,
  freeName,
  lampBetween,
  reduceScene,
  settingsOf,
  type EditAction,
} from './sceneDraft'

const ROAD: Point[] = [
  [0, 0.4],
  [1, 0.3],
  [1, 0.9],
  [0, 0.6],
]
const BOW: Point[] = [
  [0, 0],
  [1, 1],
  [1, 0],
  [0, 1],
]
const SCENE: SceneSettings = {
  zones: [
    { kind: 'carriageway', name: 'road', polygon: ROAD, tiles: false },
    { kind: 'barrier', name: 'fence', line: ROAD.slice(0, 2) },
  ],
  ground: null,
  rules: { jaywalking: { min_seconds: 2, min_distance: 1.5, report_after: 8 } },
}

const play = (...actions: EditAction[]) => actions.reduce(reduceScene, beginEditing(SCENE))
const add: EditAction = { type: 'add', kind: 'bin', name: 'bin 1', points: ROAD.slice(0, 3) }

describe('settingsOf', () => {
  it('gives back what the editor does not show', () => {
    const scene: SceneSettings = {
      ...SCENE,
      holidays: ['2026-10-01'],
      overlaps: [{ camera: 'gate-2', here: ROAD, there: ROAD }],
    }
    expect(settingsOf(reduceScene(beginEditing(scene), add).draft)).toEqual({
      ...scene,
      zones: [
        ...(scene.zones ?? []),
        { kind: 'bin', name: 'bin 1', polygon: ROAD.slice(0, 3), tiles: false },
      ],
    })
  })
})

describe('reduceScene', () => {
  it('adds a zone and selects it', () => {
    const editing = play(add)
    expect(editing.draft.zones[2]).toEqual({
      kind: 'bin',
      name: 'bin 1',
      polygon: ROAD.slice(0, 3),
      tiles: false,
    })
    expect(editing.selected).toBe(2)
  })

  it('keeps a line a line', () => {
    expect(play({ type: 'reshape', index: 1, points: ROAD }).draft.zones[1]).toEqual({
      kind: 'barrier',
      name: 'fence',
      line: ROAD,
    })
  })

  it.each<[string, EditAction]>([
    ['adding', add],
    ['moving', { type: 'reshape', index: 0, points: BOW }],
    ['naming', { type: 'change', index: 0, change: { name: 'street' } }],
    ['measuring the ground', { type: 'ground', ground: { image: ROAD, metres: ROAD } }],
    ['looking closely', { type: 'change', index: 0, change: { tiles: true } }],
    ['removing', { type: 'remove', index: 0 }],
    ['a rule switched off', { type: 'rule', kind: 'jaywalking', settings: null }],
  ])('undoes and redoes %s', (_name, action) => {
    const done = play(action)
    expect(done.draft).not.toEqual(draftOf(SCENE))
    expect(play(action, { type: 'undo' }).draft).toEqual(draftOf(SCENE))
    expect(play(action, { type: 'undo' }, { type: 'redo' }).draft).toEqual(done.draft)
  })

  it('forgets what was undone once something new is done', () => {
    expect(
      play(add, { type: 'undo' }, { type: 'remove', index: 0 }, { type: 'redo' }).draft.zones,
    ).toHaveLength(1)
  })

  it('gives back the scene it began with', () => {
    expect(settingsOf(beginEditing(SCENE).draft)).toEqual(SCENE)
  })
})

it.each([
  [{ type: 'change', index: 0, change: { name: ' ' } }, 'name'],
  [{ type: 'change', index: 0, change: { name: 'fence' } }, 'duplicate'],
  [{ type: 'reshape', index: 0, points: BOW }, 'crossing'],
  [{ type: 'reshape', index: 0, points: ROAD }, null],
] as [EditAction, string | null][])('finds the fault of %o', (action, fault) => {
  expect(faultOf(play(action).draft, 0)).toBe(fault)
})

it('freeName counts on', () => {
  expect(freeName(play(add).draft, 'bin')).toBe('bin 2')
})

it.each([
  [
    [0.4, 0.1],
    [0.3, 0.2],
    [0.3, 0.1, 0.4, 0.2],
  ],
  [[0.4, 0.1], [0.4, 0.2], null],
] as [Point, Point, unknown][])('the lamp between %o and %o is %o', (one, other, lamp) => {
  expect(lampBetween(one, other)).toEqual(lamp)
})
