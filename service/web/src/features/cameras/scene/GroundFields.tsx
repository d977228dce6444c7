import { Button, Input, InputNumber } from 'antd'
import type { Dispatch } from 'react'

import type { Ground, Point } from '@/api/nouns'
import { useFormat } from '@/app/format'
import { useMessages } from '@/app/locale'

import { asRectangle, groundGrid, rectangleMetres } from './ground'
import type { EditAction } from './sceneDraft'
import styles from './SceneEditor.module.css'

interface Props {
  ground: Ground | null
  locked: boolean
  onMark: () => void
  dispatch: Dispatch<EditAction>
}

/** How large the marked ground is in metres: a rectangle by two sides, anything else by its corners. */
export function GroundFields({ ground, locked, onMark, dispatch }: Props) {
  const t = useMessages()
  const format = useFormat()
  const change = (next: Partial<Ground>) => {
    if (ground !== null) dispatch({ type: 'ground', ground: { ...ground, ...next } })
  }
  const rectangle = ground === null ? null : asRectangle(ground.metres)
  const grid = ground === null ? null : groundGrid(ground)
  const side = (name: 'width' | 'length', label: string) => (
    <label>
      <span>{label}</span>
      <InputNumber
        value={rectangle?.[name] ?? null}
        min={0.1}
        max={500}
        step={0.1}
        disabled={locked}
        style={{ width: '100%' }}
        onChange={(value) => {
          if (value === null) return
          const { width, length } = rectangle ?? { width: value, length: value }
          change({
            metres: name === 'width' ? rectangleMetres(value, length) : rectangleMetres(width, value),
          })
        }}
      />
    </label>
  )
  return (
    <section className={styles.card}>
      <h2>{t('scene.ground')}</h2>
      {ground === null ? (
        <p className={styles.none}>{t('scene.groundNone')}</p>
      ) : (
        <div className={styles.fields}>
          {side('width', t('scene.groundWidth'))}
          {side('length', t('scene.groundLength'))}
          <details>
            <summary>{t('scene.groundExact')}</summary>
            {ground.metres.map((corner, index) => (
              <label key={index}>
                <span>{t('scene.groundCorner', { number: index + 1 })}</span>
                <span className={styles.pair}>
                  {([0, 1] as const).map((axis) => (
                    <InputNumber
                      key={axis}
                      value={corner[axis]}
                      step={0.1}
                      disabled={locked}
                      style={{ width: '100%' }}
                      onChange={(value) => {
                        if (value === null) return
                        const next: Point = axis === 0 ? [value, corner[1]] : [corner[0], value]
                        change({ metres: ground.metres.with(index, next) })
                      }}
                    />
                  ))}
                </span>
              </label>
            ))}
            <label>
              <span>{t('scene.groundSurvey')}</span>
              <Input
                value={ground.frame ?? ''}
                maxLength={64}
                disabled={locked}
                onChange={({ target: { value } }) => change({ frame: value.trim() === '' ? null : value })}
              />
            </label>
          </details>
          {grid === null ? null : (
            <small>{t('scene.groundCheck', { metres: format.number(grid.step, 1) })}</small>
          )}
        </div>
      )}
      {locked ? null : (
        <div className={styles.pair}>
          <Button onClick={onMark}>
            {ground === null ? t('scene.groundDraw') : t('scene.groundRedraw')}
          </Button>
          {ground === null ? null : (
            <Button onClick={() => dispatch({ type: 'ground', ground: null })}>
              {t('scene.groundRemove')}
            </Button>
          )}
        </div>
      )}
    </section>
  )
}
