import { InputNumber } from 'antd'

import { useMessages } from '@/app/locale'
import { Field } from '@/shared/Field'

interface Props {
  name: 'longitude' | 'latitude'
  value: number | null
  fault?: string | undefined
  onChange: (value: number | null) => void
}

const MOST = { longitude: 180, latitude: 90 }

/** A longitude or latitude, degrees; none where nobody knows. */
export function CoordinateField({ name, value, fault, onChange }: Props) {
  const t = useMessages()
  return (
    <Field label={t(`cameras.${name}`)} fault={fault} optional>
      {(field) => (
        <InputNumber
          id={field}
          min={-MOST[name]}
          max={MOST[name]}
          value={value}
          onChange={onChange}
          style={{ width: '100%' }}
        />
      )}
    </Field>
  )
}
