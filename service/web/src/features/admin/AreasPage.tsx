import { useQuery } from '@tanstack/react-query'
import { Button, Select } from 'antd'
import { Download, PenLine, Upload } from 'lucide-react'
import { useRef, useState } from 'react'

import { areasQuery, useImportAreas, useUpdateArea } from '@/api/areas'
import { useWords } from '@/api/catalogue'
import type { Area } from '@/api/nouns'
import { unitsQuery } from '@/api/units'
import { useFormat } from '@/app/format'
import { useMessages } from '@/app/locale'
import { DistrictMap } from '@/features/map/DistrictMap'
import { useSession } from '@/features/session/session'
import styles from '@/shared/DataTable.module.css'
import { Dialog } from '@/shared/Dialog'
import { EmptyState } from '@/shared/EmptyState'
import { problemDetail, problemText } from '@/shared/problemText'
import { ScrollRegion } from '@/shared/ScrollRegion'
import { useToasts } from '@/shared/Toasts'

import admin from './AdminPage.module.css'
import { AreaOutline, ImportFaults } from './AreaOutline'

/** The district's areas: their map, who answers for what in each, and the file that they come from. */
export default function AreasPage() {
  const t = useMessages()
  const format = useFormat()
  const { word } = useWords()
  const { user } = useSession()
  const toasts = useToasts()
  const areas = useQuery(areasQuery)
  const bring = useImportAreas()
  const file = useRef<HTMLInputElement>(null)
  const [editing, setEditing] = useState<Area | null>(null)
  const [marked, setMarked] = useState<string | null>(null)
  /** Code of the area whose outline is edited; empty for a new one, null for none. */
  const [outline, setOutline] = useState<string | null>(null)
  const mayChange = user.role === 'administrator'

  const onFile = (input: HTMLInputElement) => {
    const chosen = input.files?.[0]
    input.value = ''
    if (chosen === undefined) return
    bring.mutate(chosen, {
      onSuccess: ({ created, updated, unchanged, cases_moved: cases }) =>
        toasts.show({ text: t('areas.imported', { created, updated, unchanged, cases }), tone: 'good' }),
    })
  }

  return (
    <div className={styles.page}>
      <header className={styles.header}>
        <div>
          <h1>{t('areas.title')}</h1>
          <p>{t('areas.importHint')}</p>
        </div>
        <span className={styles.buttons}>
          <Button icon={<Download size={16} />} href="/api/v1/areas/geojson" download="areas.geojson">
            {t('areas.export')}
          </Button>
          {mayChange ? (
            <Button icon={<PenLine size={16} />} onClick={() => setOutline('')}>
              {t('areas.draw')}
            </Button>
          ) : null}
          {mayChange ? (
            <Button
              type="primary"
              icon={<Upload size={16} />}
              loading={bring.isPending}
              onClick={() => file.current?.click()}
            >
              {t('areas.import')}
            </Button>
          ) : null}
        </span>
        <input
          ref={file}
          hidden
          type="file"
          accept=".geojson,.json,application/geo+json"
          aria-label={t('areas.import')}
          data-testid="areas-file"
          onChange={(event) => onFile(event.currentTarget)}
        />
      </header>
      {bring.error === null ? null : <ImportFaults error={bring.error} />}
      {areas.error === null ? null : <EmptyState title={problemText(t, areas.error)} />}
      {areas.data?.length === 0 ? <EmptyState title={t('areas.empty')} /> : null}
      {areas.data === undefined || areas.data.length === 0 ? null : (
        <>
          <div className={admin.map}>
            <DistrictMap spots={[]} marked={marked} onArea={setMarked} />
          </div>
          <ScrollRegion label={t('areas.title')}>
            <table className={styles.table}>
              <thead>
                <tr>
                  <th scope="col">{t('units.name')}</th>
                  <th scope="col">{t('areas.level')}</th>
                  <th scope="col">{t('areas.parent')}</th>
                  <th scope="col">{t('areas.size')}</th>
                  <th scope="col">{t('areas.units')}</th>
                  <th scope="col" />
                </tr>
              </thead>
              <tbody>
                {areas.data.map((area) => (
                  <tr
                    key={area.id}
                    data-off={!area.active}
                    onMouseEnter={() => setMarked(area.code)}
                    onMouseLeave={() => setMarked(null)}
                  >
                    <td>
                      <strong>{area.name}</strong>
                      <small>{area.code}</small>
                    </td>
                    <td>{word('area_levels', area.level)}</td>
                    <td>{areas.data.find((other) => other.id === area.parent_id)?.name ?? ''}</td>
                    <td>
                      {t('areas.squareKilometres', { count: format.number(area.square_metres / 1e6, 2) })}
                    </td>
                    <td>
                      <UnitsOf area={area} />
                    </td>
                    <td>
                      {mayChange ? (
                        <span className={styles.buttons}>
                          <Button type="text" onClick={() => setOutline(area.code)}>
                            {t('areas.outline')}
                          </Button>
                          <Button type="text" onClick={() => setEditing(area)}>
                            {t('areas.units')}
                          </Button>
                        </span>
                      ) : null}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </ScrollRegion>
        </>
      )}
      <Dialog
        wide
        open={outline !== null}
        title={outline === '' ? t('areas.draw') : t('areas.outline')}
        onClose={() => setOutline(null)}
      >
        {outline === null ? null : (
          <AreaOutline code={outline === '' ? null : outline} onDone={() => setOutline(null)} />
        )}
      </Dialog>
      <Dialog open={editing !== null} title={editing?.name ?? ''} onClose={() => setEditing(null)}>
        {editing === null ? null : <AreaUnits area={editing} onDone={() => setEditing(null)} />}
      </Dialog>
    </div>
  )
}

function UnitsOf({ area }: { area: Area }) {
  const t = useMessages()
  const { word } = useWords()
  const { data: units = [] } = useQuery(unitsQuery)
  const named = Object.entries(area.units)
  if (named.length === 0) return <span className={admin.inherit}>{t('areas.inherit')}</span>
  return named.map(([kind, id]) => (
    <span key={kind} className={styles.tag}>
      {word('kinds', kind)}: {units.find((unit) => unit.id === id)?.name ?? id}
    </span>
  ))
}

/** Which unit answers for which kind in an area. */
function AreaUnits({ area, onDone }: { area: Area; onDone: () => void }) {
  const t = useMessages()
  const { word, list } = useWords()
  const toasts = useToasts()
  const update = useUpdateArea()
  const { data: units = [] } = useQuery(unitsQuery)
  const [chosen, setChosen] = useState<Readonly<Record<string, string>>>(area.units)
  const save = () =>
    update.mutate(
      { id: area.id, body: { units: { ...chosen } } },
      {
        onSuccess() {
          toasts.show({ text: t('common.saved'), tone: 'good' })
          onDone()
        },
        onError: (error) => toasts.show({ text: problemDetail(t, error), tone: 'bad' }),
      },
    )
  return (
    <div className={styles.form}>
      {list('kinds').map(({ code }) => (
        <label key={code}>
          {word('kinds', code)}
          <Select
            allowClear
            style={{ width: '100%' }}
            placeholder={t('areas.inherit')}
            value={chosen[code] ?? null}
            options={units.map((unit) => ({ value: unit.id, label: unit.name }))}
            onChange={(id: string | undefined) => {
              const others = Object.entries(chosen).filter(([other]) => other !== code)
              setChosen(Object.fromEntries(id === undefined ? others : [...others, [code, id]]))
            }}
          />
        </label>
      ))}
      <footer>
        <Button onClick={onDone}>{t('common.cancel')}</Button>
        <Button type="primary" loading={update.isPending} onClick={save}>
          {t('common.save')}
        </Button>
      </footer>
    </div>
  )
}
