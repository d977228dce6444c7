// Writes src/api/ruleSettings.ts: the rules and their settings as the API describes them, so that forms follow the rules.
import { readFileSync, writeFileSync } from 'node:fs'

const root = new URL('../', import.meta.url)
const { schemas } = JSON.parse(readFileSync(new URL('openapi.json', root), 'utf8')).components
const target = (property) => {
  const ref = property.$ref ?? property.anyOf?.find((option) => option.$ref)?.$ref
  return schemas[ref?.split('/').at(-1)]
}

const rules = Object.entries(schemas.Rules.properties).map(([kind, property]) => ({
  kind,
  settings: Object.entries(target(property).properties).map(([name, field]) => ({
    name,
    title: field.title ?? name,
    description: field.description ?? '',
    integer: field.type === 'integer',
    initial: field.default,
    minimum: field.minimum ?? field.exclusiveMinimum ?? null,
    maximum: field.maximum ?? field.exclusiveMaximum ?? null,
  })),
}))

writeFileSync(
  new URL('src/api/ruleSettings.ts', root),
  `// Made by \`npm run types\` from openapi.json; do not edit.

export interface RuleSetting {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly integer: boolean
  readonly initial: number
  readonly minimum: number | null
  readonly maximum: number | null
}

export interface RuleDescription {
  readonly kind: string
  readonly settings: readonly RuleSetting[]
}

export const RULES: readonly RuleDescription[] = ${JSON.stringify(rules, null, 2)}
`,
)
