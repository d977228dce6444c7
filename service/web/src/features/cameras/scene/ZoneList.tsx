import { Input, InputNumber, Switch } from 'antd'
import type { Dispatch } from 'react'

import { useWords } from '@/api/catalogue'
import type { Zone } from '@/api/nouns'
import { useMessages } from '@/app/locale'

import { faultOf, pointsOf, type EditAction, type Editing } from './sceneDraft'
import styles from './SceneEditor.module.css'
import type { SceneFaults } from './sceneFaults'
import { SignalFields } from './SignalFields'
import { zoneColour } from './zoneColours'

interface Props {
  editing: Editing
  faults: SceneFaults
  locked: boolean
  /** Mark the lamp of a crosswalk on the picture. */
  onMarkLamp: () => void
  dispatch: Dispatch<EditAction>
}

/** The zones by name; the selected one shows its fields. */
export function ZoneList({ editing, faults, locked, onMarkLamp, dispatch }: Props) {
  const t = useMessages()
  const { word } = useWords()
  const { zones } = editing.draft
  return (
    <section className={styles.card}>
      <h2>{t('scene.zones')}</h2>
      {zones.length === 0 ? <p className={styles.none}>{t('scene.noZones')}</p> : null}
      <ul>
        {zones.map((zone, index) => {
          const local = faultOf(editing.draft, index)
          const served = faults.zones.get(index)
          const fault = local === null ? served?.message : t(`scene.fault.${local}`)
          const selected = index === editing.selected
          return (
            <li key={index} data-selected={selected} data-fault={fault !== undefined}>
              <button
                type="button"
                aria-expanded={selected}
                onClick={() => dispatch({ type: 'select', index: selected ? null : index })}
              >
                <i style={{ background: zoneColour(zone.kind) }} data-line={zone.kind === 'barrier'} />
                <span>{zone.name}</span>
                <small>
                  {word('zone_kinds', zone.kind)} · {t('scene.points', { count: pointsOf(zone).length })}
                </small>
              </button>
              {fault === undefined ? null : (
                <p role="alert" className={styles.fault}>
                  {fault}
                </p>
              )}
              {selected ? (
                <ZoneFields
                  zone={zone}
                  index={index}
                  locked={locked}
                  onMarkLamp={onMarkLamp}
                  dispatch={dispatch}
                />
              ) : null}
            </li>
          )
        })}
      </ul>
    </section>
  )
}

interface FieldProps {
  zone: Zone
  index: number
  locked: boolean
  onMarkLamp: () => void
  dispatch: Dispatch<EditAction>
}

function ZoneFields({ zone, index, locked, onMarkLamp, dispatch }: FieldProps) {
  const t = useMessages()
  return (
    <div className={styles.fields}>
      <label>
        <span>{t('scene.name')}</span>
        <Input
          value={zone.name}
          maxLength={64}
          disabled={locked}
          onChange={(event) => dispatch({ type: 'change', index, change: { name: event.target.value } })}
        />
      </label>
      {zone.kind === 'no_parking' ? (
        <>
          <label>
            <span>{t('scene.seconds')}</span>
            <InputNumber
              value={zone.seconds ?? null}
              min={1}
              max={86_400}
              disabled={locked}
              placeholder={t('scene.secondsHint')}
              style={{ width: '100%' }}
              onChange={(seconds) => dispatch({ type: 'change', index, change: { seconds } })}
            />
          </label>
          <label>
            <span>{t('scene.schedule')}</span>
            <Input
              value={zone.schedule ?? ''}
              disabled={locked}
              spellCheck={false}
              placeholder="Mo-Su 07:00-22:00"
              onChange={({ target: { value } }) =>
                dispatch({ type: 'change', index, change: { schedule: value.trim() === '' ? null : value } })
              }
            />
            <small>{t('scene.scheduleHint')}</small>
          </label>
        </>
      ) : null}
      {zone.kind === 'crosswalk' ? (
        <SignalFields zone={zone} index={index} locked={locked} onMark={onMarkLamp} dispatch={dispatch} />
      ) : null}
      {zone.kind === 'barrier' || zone.kind === 'ignore' ? null : (
        <label className={styles.rule}>
          <span>
            {t('scene.tiles')}
            <small>{t('scene.tilesHint')}</small>
          </span>
          <Switch
            size="small"
            checked={zone.tiles}
            disabled={locked}
            aria-label={t('scene.tiles')}
            onChange={(tiles) => dispatch({ type: 'change', index, change: { tiles } })}
          />
        </label>
      )}
    </div>
  )
}
