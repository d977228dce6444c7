import { useState } from 'react'

import { Problem } from '@/api/problem'
import { useMessages } from '@/app/locale'

import { faultsByField } from './Field'
import { problemDetail } from './problemText'

/** What the server refused about a form: by field, and what belongs to none of them. */
export function useFormFaults(fields: readonly string[]) {
  const t = useMessages()
  const [faults, setFaults] = useState<Readonly<Record<string, string>>>({})
  const [general, setGeneral] = useState<string | null>(null)

  return {
    faults,
    general,
    clear: () => {
      setFaults({})
      setGeneral(null)
    },
    set: (error: unknown) => {
      const byField = error instanceof Problem ? faultsByField(error.faults) : {}
      setFaults(byField)
      const placed = Object.keys(byField).some((field) => fields.includes(field))
      setGeneral(placed ? null : problemDetail(t, error))
    },
    setField: (field: string, message: string) => {
      setFaults({ [field]: message })
      setGeneral(null)
    },
  }
}
