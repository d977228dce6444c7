import { Check, MousePointer2, Redo2, Trash2, Undo2 } from 'lucide-react'
import type { ReactNode } from 'react'

import { useWords } from '@/api/catalogue'
import type { ZoneKind } from '@/api/nouns'
import { useMessages } from '@/app/locale'

import type { Editing, Tool } from './sceneDraft'
import styles from './SceneEditor.module.css'
import { zoneColour } from './zoneColours'

interface Props {
  editing: Editing
  tool: Tool | null
  locked: boolean
  canFinish: boolean
  onChoose: (tool: Tool | null) => void
  onFinish: () => void
  onUndo: () => void
  onRedo: () => void
  onRemove: () => void
}

const KINDS: readonly ZoneKind[] = [
  'carriageway',
  'crosswalk',
  'no_parking',
  'parking_bay',
  'barrier',
  'bin',
  'ignore',
]

/** What can be drawn, and what can be done with what is drawn. */
export function SceneToolbar(props: Props) {
  const { editing, tool, locked, canFinish, onChoose } = props
  const t = useMessages()
  const { word } = useWords()
  return (
    <div className={styles.toolbar} role="toolbar" aria-label={t('scene.tools')}>
      {locked ? null : (
        <>
          {tool === null ? (
            <button type="button" className={styles.first} aria-pressed title={t('scene.select')}>
              <MousePointer2 size={16} aria-hidden /> {t('scene.select')}
            </button>
          ) : (
            // In the same place, so that nothing moves under the pointer when drawing begins.
            <button
              type="button"
              className={`${styles.first} ${styles.finish}`}
              disabled={!canFinish}
              onClick={props.onFinish}
            >
              <Check size={16} aria-hidden /> {t('scene.finish')}
            </button>
          )}
          {KINDS.map((kind) => {
            const name = word('zone_kinds', kind)
            return (
              <button
                key={kind}
                type="button"
                aria-pressed={tool === kind}
                aria-label={t('scene.draw', { kind: name })}
                onClick={() => onChoose(tool === kind ? null : kind)}
              >
                <i style={{ background: zoneColour(kind) }} data-line={kind === 'barrier'} />
                {name}
              </button>
            )
          })}
        </>
      )}
      <span className={styles.spring} />
      {locked ? null : (
        <>
          <ToolButton name={t('scene.undo')} disabled={editing.past.length === 0} onClick={props.onUndo}>
            <Undo2 size={17} aria-hidden />
          </ToolButton>
          <ToolButton name={t('scene.redo')} disabled={editing.future.length === 0} onClick={props.onRedo}>
            <Redo2 size={17} aria-hidden />
          </ToolButton>
          <ToolButton name={t('scene.delete')} disabled={editing.selected === null} onClick={props.onRemove}>
            <Trash2 size={17} aria-hidden />
          </ToolButton>
        </>
      )}
    </div>
  )
}

function ToolButton({
  name,
  disabled = false,
  onClick,
  children,
}: {
  name: string
  disabled?: boolean
  onClick: () => void
  children: ReactNode
}) {
  return (
    <button type="button" aria-label={name} title={name} disabled={disabled} onClick={onClick}>
      {children}
    </button>
  )
}
