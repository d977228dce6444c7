import type { CaseFilter } from '@/api/cases'
import type { Role } from '@/api/nouns'
import { mayOpen } from '@/app/pages'

import type { Period } from './period'

export const FIGURES = [
  'pending',
  'filed',
  'check',
  'overdue',
  'escalated',
  'handling',
  'relapse',
  'closed',
] as const
export type FigureName = (typeof FIGURES)[number]
export type Tone = 'warn' | 'bad' | 'good' | 'plain'

export interface FigureMeaning {
  readonly filter: CaseFilter
  readonly tone: Tone
  /** The list that it counts, as an address of the console. */
  readonly to: string
}

/** Whose move it is: who may take the next step on such cases (service/security.py says the same). */
const WAITS_FOR: Readonly<Partial<Record<FigureName, readonly Role[]>>> = {
  pending: ['operator', 'administrator'],
  filed: ['operator', 'supervisor', 'administrator'],
  check: ['operator', 'supervisor', 'administrator'],
  overdue: ['supervisor', 'administrator'],
  escalated: ['supervisor', 'administrator'],
}

/** The figures that somebody of a role must act on, and those that only tell. */
export function figuresOf(role: Role): { mine: FigureName[]; others: FigureName[] } {
  const isMine = (name: FigureName) => WAITS_FOR[name]?.includes(role) === true
  return { mine: FIGURES.filter(isMine), others: FIGURES.filter((name) => !isMine(name)) }
}

export function meaningOf(name: FigureName, role: Role, { since, firstDay }: Period): FigureMeaning {
  switch (name) {
    case 'pending': {
      const to = mayOpen(role, 'review') ? '/review' : '/cases?status=pending'
      return { filter: { status: ['pending'] }, tone: 'warn', to }
    }
    case 'filed':
      return { filter: { status: ['filed'] }, tone: 'warn', to: '/cases?status=filed' }
    case 'check':
      return { filter: { status: ['rectified'] }, tone: 'warn', to: '/cases?status=rectified' }
    case 'handling': {
      const filter: CaseFilter = { status: ['dispatched', 'in_progress'] }
      return { filter, tone: 'plain', to: '/cases?status=dispatched&status=in_progress' }
    }
    case 'overdue':
    case 'escalated': {
      const filter: CaseFilter = { [name]: true, status: ['dispatched', 'in_progress'] }
      return { filter, tone: 'bad', to: `/cases?only=${name}&status=dispatched&status=in_progress` }
    }
    case 'relapse':
      return { filter: { relapse: true, since }, tone: 'bad', to: `/cases?only=relapse&since=${firstDay}` }
    case 'closed': {
      const filter: CaseFilter = { status: ['closed', 'archived'], since }
      return { filter, tone: 'good', to: `/cases?status=closed&status=archived&since=${firstDay}` }
    }
  }
}
