import { useQuery } from '@tanstack/react-query'
import { Button, Input, Select } from 'antd'
import { useState } from 'react'

import { areaFeaturesQuery, shapeOf, useImportAreas, type AreaFeature } from '@/api/areas'
import { useWords } from '@/api/catalogue'
import { Problem } from '@/api/problem'
import { useMessages } from '@/app/locale'
import type { Place } from '@/features/map/projection'
import styles from '@/shared/DataTable.module.css'
import { Field } from '@/shared/Field'
import { problemText } from '@/shared/problemText'
import { useToasts } from '@/shared/Toasts'

import admin from './AdminPage.module.css'
import { cornersOf, withCorners } from './outline'
import { OutlineEditor } from './OutlineEditor'

const LEVELS = ['district', 'sub_district', 'community']

/** Draw a new area, or bend the outline of one; it is saved like a file with this area alone. */
export function AreaOutline({ code, onDone }: { code: string | null; onDone: () => void }) {
  const t = useMessages()
  const { data: features, error } = useQuery(areaFeaturesQuery)
  if (error !== null) return <p role="alert">{problemText(t, error)}</p>
  if (features === undefined) return <p>{t('app.loading')}</p>
  const known = features.find(({ properties }) => properties.code === code)
  return <OutlineForm features={features} known={known ?? null} onDone={onDone} />
}

interface FormProps {
  features: readonly AreaFeature[]
  known: AreaFeature | null
  onDone: () => void
}

function OutlineForm({ features, known, onDone }: FormProps) {
  const t = useMessages()
  const { word } = useWords()
  const toasts = useToasts()
  const save = useImportAreas()
  const top = features.find(({ properties }) => properties.level === 'district')
  const [properties, setProperties] = useState(
    known?.properties ?? {
      code: '',
      name: '',
      level: 'community',
      parent: top?.properties.code ?? null,
      units: {},
    },
  )
  const [corners, setCorners] = useState<readonly Place[] | null>(() =>
    known === null ? [] : cornersOf(known),
  )
  if (corners === null) return <p>{t('areas.tooComplex')}</p>
  const above = features.filter(
    (feature) => LEVELS.indexOf(feature.properties.level) < LEVELS.indexOf(properties.level),
  )
  const whole = corners.length > 2 && properties.code.trim() !== '' && properties.name.trim() !== ''
  const submit = () => {
    const feature: AreaFeature = {
      type: 'Feature',
      properties,
      geometry: { type: 'Polygon', coordinates: [] },
    }
    const collection = { type: 'FeatureCollection', features: [withCorners(feature, corners)] }
    const file = new File([JSON.stringify(collection)], 'area.geojson', { type: 'application/geo+json' })
    save.mutate(file, {
      onSuccess({ cases_moved: cases }) {
        toasts.show({ text: t('areas.saved', { count: cases }), tone: 'good' })
        onDone()
      },
    })
  }
  return (
    <div className={styles.form}>
      <OutlineEditor
        shapes={features.map(shapeOf)}
        code={known === null ? '' : properties.code}
        corners={corners}
        onChange={setCorners}
      />
      {known !== null ? null : (
        <div className={admin.quarters}>
          <div className={styles.form}>
            <Field label={t('units.code')}>
              {(id) => (
                <Input
                  id={id}
                  value={properties.code}
                  onChange={({ target }) => setProperties({ ...properties, code: target.value.trim() })}
                />
              )}
            </Field>
          </div>
          <div className={styles.form}>
            <Field label={t('units.name')}>
              {(id) => (
                <Input
                  id={id}
                  value={properties.name}
                  onChange={({ target }) => setProperties({ ...properties, name: target.value })}
                />
              )}
            </Field>
          </div>
          <div className={styles.form}>
            <Field label={t('areas.level')}>
              {(id) => (
                <Select
                  id={id}
                  value={properties.level}
                  options={LEVELS.map((level) => ({ value: level, label: word('area_levels', level) }))}
                  onChange={(level) => setProperties({ ...properties, level, parent: null })}
                />
              )}
            </Field>
          </div>
          <div className={styles.form}>
            <Field label={t('areas.parent')}>
              {(id) => (
                <Select
                  id={id}
                  value={properties.parent ?? null}
                  disabled={above.length === 0}
                  options={above.map((feature) => ({
                    value: feature.properties.code,
                    label: feature.properties.name,
                  }))}
                  onChange={(parent: string) => setProperties({ ...properties, parent })}
                />
              )}
            </Field>
          </div>
        </div>
      )}
      {save.error === null ? null : <ImportFaults error={save.error} />}
      <footer>
        <Button onClick={onDone}>{t('common.cancel')}</Button>
        <Button type="primary" disabled={!whole} loading={save.isPending} onClick={submit}>
          {t('common.save')}
        </Button>
      </footer>
    </div>
  )
}

/** Everything that is wrong with a file of areas, one line each. */
export function ImportFaults({ error }: { error: Error }) {
  const t = useMessages()
  const faults = error instanceof Problem ? error.faults : []
  return (
    <div role="alert" className={admin.faults}>
      <p>{t('areas.importFailed', { why: problemText(t, error) })}</p>
      {faults.length === 0 && error instanceof Problem ? <p>{error.detail}</p> : null}
      <ol>
        {faults.map(({ field, message }, index) => (
          <li key={index}>
            <code>{field}</code> {message}
          </li>
        ))}
      </ol>
    </div>
  )
}
