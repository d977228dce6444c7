import type { FieldFault } from '@/api/problem'

export interface SceneFaults {
  /** By index of the zone: the part of the zone at fault, then what is wrong. */
  zones: ReadonlyMap<number, { field: string; message: string }>
  /** By `kind.setting`. */
  rules: ReadonlyMap<string, string>
  /** What belongs to neither. */
  other: readonly string[]
}

export const NO_FAULTS: SceneFaults = { zones: new Map(), rules: new Map(), other: [] }

const ZONE = /^zones\.(\d+)(?:\.[a-z_]+)?(?:\.([a-z_]+).*)?$/
const RULE = /^rules\.([a-z_]+\.[a-z_]+)/

/** Sort the fields that the server refused to the zones and rules they belong to. */
export function sortFaults(faults: readonly FieldFault[]): SceneFaults {
  const zones = new Map<number, { field: string; message: string }>()
  const rules = new Map<string, string>()
  const other: string[] = []
  for (const { field, message } of faults) {
    const zone = ZONE.exec(field)
    const rule = RULE.exec(field)?.[1]
    if (zone !== null) zones.set(Number(zone[1]), { field: zone[2] ?? '', message })
    else if (rule !== undefined) rules.set(rule, message)
    else other.push(field === '' ? message : `${field}: ${message}`)
  }
  return { zones, rules, other }
}
