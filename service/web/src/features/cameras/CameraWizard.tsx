import { Button, Input } from 'antd'
import { Check, PlugZap } from 'lucide-react'
import { useState, type SubmitEvent } from 'react'

import { useCreateCamera } from '@/api/cameras'
import type { Camera } from '@/api/nouns'
import { Problem } from '@/api/problem'
import { useProbe } from '@/api/probe'
import { useFormat } from '@/app/format'
import { useMessages } from '@/app/locale'
import { DistrictMap } from '@/features/map/DistrictMap'
import form from '@/shared/DataTable.module.css'
import { Field } from '@/shared/Field'
import { problemDetail } from '@/shared/problemText'
import { useFormFaults } from '@/shared/useFormFaults'

import styles from './CameraWizard.module.css'
import { CoordinateField } from './CoordinateField'

interface Props {
  taken: readonly string[]
  onSaved: (camera: Camera) => void
  onCancel: () => void
}

const STEPS = ['wizard.address', 'wizard.place', 'wizard.zones'] as const
const ID = /^[a-z0-9][a-z0-9-]{0,62}$/

/** Add a camera: try its address and see a picture, say where it is, then draw its zones. */
export function CameraWizard({ taken, onSaved, onCancel }: Props) {
  const t = useMessages()
  const [step, setStep] = useState(0)
  const [source, setSource] = useState('')
  return (
    <div className={styles.wizard}>
      <ol className={styles.steps}>
        {STEPS.map((name, index) => (
          <li key={name} data-done={index < step} aria-current={index === step ? 'step' : undefined}>
            <b>{index < step ? <Check size={14} aria-hidden /> : index + 1}</b>
            {t(name)}
          </li>
        ))}
      </ol>
      {step === 0 ? (
        <AddressStep source={source} onSource={setSource} onCancel={onCancel} onNext={() => setStep(1)} />
      ) : (
        <PlaceStep source={source} taken={taken} onBack={() => setStep(0)} onSaved={onSaved} />
      )}
    </div>
  )
}

interface AddressProps {
  source: string
  onSource: (source: string) => void
  onCancel: () => void
  onNext: () => void
}

function AddressStep({ source, onSource, onCancel, onNext }: AddressProps) {
  const t = useMessages()
  const probe = useProbe()
  const address = source.trim()
  const pushed = address.startsWith('push:')
  const tested = probe.variables === address && !probe.isPending
  const seen = tested && probe.data !== undefined && probe.data.fault == null
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    if (address === '') return
    if (seen || pushed) onNext()
    else probe.mutate(address)
  }
  return (
    <form className={form.form} onSubmit={submit} noValidate>
      <Field label={t('cameras.source')} hint={t('cameras.sourceHint')}>
        {(id) => (
          <Input
            id={id}
            data-focus
            autoComplete="off"
            spellCheck={false}
            maxLength={500}
            placeholder="rtsp://user:password@10.0.0.8:554/stream1"
            value={source}
            onChange={(event) => onSource(event.target.value)}
          />
        )}
      </Field>
      <div className={styles.result} role="status">
        {pushed ? <p>{t('wizard.pushed')}</p> : null}
        {probe.isPending ? <p>{t('wizard.testing')}</p> : null}
        {tested && !pushed ? <ProbeResult probe={probe} /> : null}
      </div>
      <footer>
        <Button onClick={onCancel}>{t('common.cancel')}</Button>
        {tested && !seen && !pushed ? <Button onClick={onNext}>{t('wizard.anyway')}</Button> : null}
        <Button
          type="primary"
          htmlType="submit"
          disabled={address === ''}
          loading={probe.isPending}
          icon={seen || pushed ? null : <PlugZap size={16} />}
        >
          {seen || pushed ? t('wizard.next') : t('wizard.test')}
        </Button>
      </footer>
    </form>
  )
}

function ProbeResult({ probe }: { probe: ReturnType<typeof useProbe> }) {
  const t = useMessages()
  const format = useFormat()
  const { data, error } = probe
  if (error !== null) {
    const away = error instanceof Problem && error.status === 503
    return (
      <p role="alert" className={styles.fault}>
        {away ? t('rehearsal.noEngine') : problemDetail(t, error)}
      </p>
    )
  }
  if (data === undefined) return null
  if (data.fault != null) {
    return (
      <p role="alert" className={styles.fault}>
        {t(`wizard.fault.${data.fault}`)}
        <small>{data.detail}</small>
      </p>
    )
  }
  return (
    <figure>
      <img src={`data:image/jpeg;base64,${data.picture ?? ''}`} alt={t('wizard.picture')} />
      <figcaption>
        <Check size={16} aria-hidden />
        {t('wizard.seen', {
          width: String(data.width ?? ''),
          height: String(data.height ?? ''),
          time: format.seconds(data.seconds ?? 0),
        })}
      </figcaption>
    </figure>
  )
}

interface PlaceProps {
  source: string
  taken: readonly string[]
  onBack: () => void
  onSaved: (camera: Camera) => void
}

function PlaceStep({ source, taken, onBack, onSaved }: PlaceProps) {
  const t = useMessages()
  const create = useCreateCamera()
  const faults = useFormFaults(['id', 'name', 'longitude', 'latitude'])
  const [id, setId] = useState(() => freeId(taken))
  const [name, setName] = useState('')
  const [longitude, setLongitude] = useState<number | null>(null)
  const [latitude, setLatitude] = useState<number | null>(null)
  const label = name === '' ? id : name
  const spots =
    longitude === null || latitude === null ? [] : [{ id, place: [longitude, latitude] as const, label }]
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    faults.clear()
    if (!ID.test(id)) {
      faults.setField('id', t('cameras.idHint'))
      return
    }
    create.mutate(
      { id, name: name.trim(), source: source.trim(), enabled: true, longitude, latitude },
      { onSuccess: onSaved, onError: faults.set },
    )
  }
  return (
    <form className={form.form} onSubmit={submit} noValidate>
      <div className={styles.pair}>
        <div className={form.form}>
          <Field label={t('cameras.name')} hint={t('cameras.nameHint')} fault={faults.faults.name}>
            {(field) => (
              <Input
                id={field}
                maxLength={100}
                value={name}
                onChange={(event) => setName(event.target.value)}
              />
            )}
          </Field>
        </div>
        <div className={form.form}>
          <Field label={t('cameras.id')} hint={t('cameras.idHint')} fault={faults.faults.id}>
            {(field) => (
              <Input
                id={field}
                autoComplete="off"
                spellCheck={false}
                value={id}
                onChange={(event) => setId(event.target.value)}
              />
            )}
          </Field>
        </div>
      </div>
      <p className={styles.hint}>{t('wizard.pin')}</p>
      <div className={styles.map}>
        <DistrictMap
          spots={spots}
          onPlace={([east, north]) => {
            setLongitude(rounded(east))
            setLatitude(rounded(north))
          }}
        />
      </div>
      <div className={styles.pair}>
        <div className={form.form}>
          <CoordinateField
            name="longitude"
            value={longitude}
            fault={faults.faults.longitude}
            onChange={setLongitude}
          />
        </div>
        <div className={form.form}>
          <CoordinateField
            name="latitude"
            value={latitude}
            fault={faults.faults.latitude}
            onChange={setLatitude}
          />
        </div>
      </div>
      {faults.general === null ? null : (
        <p role="alert" className={form.fault}>
          {faults.general}
        </p>
      )}
      <footer>
        <Button onClick={onBack}>{t('common.back')}</Button>
        <Button type="primary" htmlType="submit" loading={create.isPending}>
          {t('wizard.add')}
        </Button>
      </footer>
    </form>
  )
}

/** A metre or so: a pin is not surer. */
function rounded(degrees: number): number {
  return Math.round(degrees * 1e5) / 1e5
}

function freeId(taken: readonly string[]): string {
  for (let number = taken.length + 1; ; number++) {
    const id = `camera-${number}`
    if (!taken.includes(id)) return id
  }
}
