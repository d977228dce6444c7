import { useEffect, useEffectEvent } from 'react'

export type Shortcuts = Readonly<Record<string, (() => void) | undefined>>

const TYPING = new Set(['INPUT', 'TEXTAREA', 'SELECT'])

/** Whether keys go into a field now. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (TYPING.has(target.tagName) || target.isContentEditable)
}

/**
 * Single keys that do something on a page. Keys typed into fields, held with Ctrl, Alt or Meta, repeated by holding,
 * or pressed while a dialog is open are left alone.
 *
 * @param shortcuts what each key does, by `KeyboardEvent.key` in lower case
 */
export function useShortcuts(shortcuts: Shortcuts, enabled = true): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return
    if (event.isComposing || isTyping(event.target) || document.querySelector('dialog[open]') !== null) return
    const run = shortcuts[event.key.toLowerCase()]
    if (run === undefined) return
    event.preventDefault()
    run()
  })
  useEffect(() => {
    if (!enabled) return
    const listen = (event: KeyboardEvent) => onKey(event)
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  }, [enabled])
}
