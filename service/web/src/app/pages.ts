import {
  Camera,
  ClipboardCheck,
  FolderOpen,
  ImageUp,
  KeyRound,
  UsersRound,
  type LucideIcon,
} from 'lucide-react'

import type { Role } from '@/api/nouns'

export const PAGES = ['review', 'cases', 'upload', 'cameras', 'users', 'keys'] as const
export type PageName = (typeof PAGES)[number]

export const ICONS: Readonly<Record<PageName, LucideIcon>> = {
  review: ClipboardCheck,
  cases: FolderOpen,
  upload: ImageUp,
  cameras: Camera,
  users: UsersRound,
  keys: KeyRound,
}

const OPEN_TO: Readonly<Record<Role, readonly PageName[]>> = {
  inspector: ['upload', 'cases', 'cameras'],
  operator: ['review', 'cases', 'upload', 'cameras'],
  unit_handler: ['cases', 'cameras'],
  supervisor: ['cases', 'cameras'],
  administrator: PAGES,
  auditor: ['cases', 'cameras', 'users', 'keys'],
}

/** Where people of a role begin. */
export const HOME: Readonly<Record<Role, string>> = {
  inspector: '/upload',
  operator: '/review',
  unit_handler: '/cases',
  supervisor: '/cases',
  administrator: '/review',
  auditor: '/cases',
}

/** The pages that fit a phone's tab bar; the others are in the account menu there. */
export const TAB_PAGES: ReadonlySet<PageName> = new Set(['review', 'cases', 'upload', 'cameras'])

export function pagesOf(role: Role): readonly PageName[] {
  return OPEN_TO[role]
}

export function mayOpen(role: Role, page: PageName): boolean {
  return OPEN_TO[role].includes(page)
}
