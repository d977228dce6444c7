import { InputNumber, Switch } from 'antd'
import type { Dispatch } from 'react'

import { useWords } from '@/api/catalogue'
import { RULES, type RuleSetting } from '@/api/ruleSettings'
import { useFormat } from '@/app/format'
import { useMessages } from '@/app/locale'
import { isMessageKey, type MessageKey, type Translate } from '@/messages'

import type { EditAction, SceneDraft } from './sceneDraft'
import styles from './SceneEditor.module.css'
import type { SceneFaults } from './sceneFaults'

interface Props {
  draft: SceneDraft
  faults: SceneFaults
  locked: boolean
  dispatch: Dispatch<EditAction>
}

type RuleKey = Extract<MessageKey, `rule.${string}`>

/** Which rules watch here, and their settings; the form follows the rules that the API describes. */
export function RuleSettings({ draft, faults, locked, dispatch }: Props) {
  const t = useMessages()
  const format = useFormat()
  const { word } = useWords()
  return (
    <section className={styles.card}>
      <h2>{t('scene.rules')}</h2>
      <ul>
        {RULES.map(({ kind, settings }) => {
          const chosen = draft.rules[kind] ?? null
          const initial = Object.fromEntries(settings.map((setting) => [setting.name, setting.initial]))
          return (
            <li key={kind}>
              <label className={styles.rule}>
                <strong>{word('kinds', kind)}</strong>
                <Switch
                  size="small"
                  checked={chosen !== null}
                  disabled={locked}
                  aria-label={`${t('scene.ruleOn')}: ${word('kinds', kind)}`}
                  onChange={(on) => dispatch({ type: 'rule', kind, settings: on ? initial : null })}
                />
              </label>
              {chosen === null ? null : (
                <div className={styles.fields}>
                  {settings.map((setting) => {
                    const fault = faults.rules.get(`${kind}.${setting.name}`)
                    return (
                      <label key={setting.name}>
                        <span>{titleOf(t, kind, setting)}</span>
                        <InputNumber
                          value={chosen[setting.name] ?? setting.initial}
                          min={setting.minimum ?? Number.MIN_SAFE_INTEGER}
                          max={setting.maximum ?? Number.MAX_SAFE_INTEGER}
                          {...(setting.integer ? { precision: 0 } : {})}
                          disabled={locked}
                          style={{ width: '100%' }}
                          {...(fault === undefined ? {} : { status: 'error' as const })}
                          onChange={(value) =>
                            dispatch({
                              type: 'rule',
                              kind,
                              settings: { ...chosen, [setting.name]: value ?? setting.initial },
                            })
                          }
                        />
                        <small>
                          {descriptionOf(t, kind, setting)} ·{' '}
                          {t('scene.default', { value: format.number(setting.initial, 2) })}
                        </small>
                        {fault === undefined ? null : (
                          <span role="alert" className={styles.fault}>
                            {fault}
                          </span>
                        )}
                      </label>
                    )
                  })}
                </div>
              )}
            </li>
          )
        })}
      </ul>
    </section>
  )
}

/** The catalogue's text, or the API's own for a setting that is new here. */
function titleOf(t: Translate, kind: string, setting: RuleSetting): string {
  const key = `rule.${kind}.${setting.name}`
  return isRuleKey(key) ? t(key) : setting.title
}

function descriptionOf(t: Translate, kind: string, setting: RuleSetting): string {
  const key = `rule.${kind}.${setting.name}.hint`
  return isRuleKey(key) ? t(key) : setting.description
}

function isRuleKey(key: string): key is RuleKey {
  return isMessageKey(key)
}
