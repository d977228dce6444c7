import {
  Camera,
  ClipboardCheck,
  FolderOpen,
  ImageUp,
  LayoutDashboard,
  ListTodo,
  Settings2,
  type LucideIcon,
} from 'lucide-react'

import type { Role } from '@/api/nouns'

export const PAGES = ['overview', 'review', 'tasks', 'cases', 'upload', 'cameras', 'admin'] as const
export type PageName = (typeof PAGES)[number]

export const ICONS: Readonly<Record<PageName, LucideIcon>> = {
  overview: LayoutDashboard,
  review: ClipboardCheck,
  tasks: ListTodo,
  cases: FolderOpen,
  upload: ImageUp,
  cameras: Camera,
  admin: Settings2,
}

const OPEN_TO: Readonly<Record<Role, readonly PageName[]>> = {
  inspector: ['upload', 'cases', 'cameras'],
  operator: ['review', 'cases', 'overview', 'upload', 'cameras'],
  unit_handler: ['tasks', 'cases', 'cameras'],
  supervisor: ['overview', 'cases', 'cameras'],
  administrator: ['review', 'cases', 'overview', 'upload', 'cameras', 'admin'],
  auditor: ['overview', 'cases', 'cameras', 'admin'],
}

/** Where people of a role begin. */
export const HOME: Readonly<Record<Role, string>> = {
  inspector: '/upload',
  operator: '/review',
  unit_handler: '/tasks',
  supervisor: '/overview',
  administrator: '/review',
  auditor: '/overview',
}

/** The pages that fit a phone's tab bar; the others are in the account menu there. */
export const TAB_PAGES: ReadonlySet<PageName> = new Set([
  'overview',
  'review',
  'tasks',
  'cases',
  'upload',
  'cameras',
])

export function pagesOf(role: Role): readonly PageName[] {
  return OPEN_TO[role]
}

export function mayOpen(role: Role, page: PageName): boolean {
  return OPEN_TO[role].includes(page)
}
