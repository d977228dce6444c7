// Made by `npm run types` from openapi.json; do not edit.

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

export const RULES: readonly RuleDescription[] = [
  {
    "kind": "jaywalking",
    "settings": [
      {
        "name": "min_seconds",
        "title": "Seconds on the road",
        "description": "shorter stays are steps over the edge",
        "integer": false,
        "initial": 2,
        "minimum": 0.2,
        "maximum": 600
      },
      {
        "name": "min_distance",
        "title": "Distance walked",
        "description": "metres where the ground plane is known, else body heights",
        "integer": false,
        "initial": 1.5,
        "minimum": 0,
        "maximum": 100
      },
      {
        "name": "report_after",
        "title": "Report after",
        "description": "seconds after which a visit that still goes on is reported without waiting for its end",
        "integer": false,
        "initial": 8,
        "minimum": 1,
        "maximum": 600
      }
    ]
  },
  {
    "kind": "illegal_parking",
    "settings": [
      {
        "name": "seconds",
        "title": "Seconds",
        "description": "how long it may stand",
        "integer": false,
        "initial": 180,
        "minimum": 1,
        "maximum": 86400
      }
    ]
  },
  {
    "kind": "garbage",
    "settings": [
      {
        "name": "min_seconds",
        "title": "Seconds",
        "description": "how long it must lie still",
        "integer": false,
        "initial": 60,
        "minimum": 1,
        "maximum": 86400
      }
    ]
  },
  {
    "kind": "cigarette_butt",
    "settings": [
      {
        "name": "min_seconds",
        "title": "Seconds",
        "description": "how long they must lie still",
        "integer": false,
        "initial": 10,
        "minimum": 0,
        "maximum": 86400
      },
      {
        "name": "min_count",
        "title": "Butts",
        "description": "fewer on one patch are not reported",
        "integer": true,
        "initial": 1,
        "minimum": 1,
        "maximum": 100
      },
      {
        "name": "patch",
        "title": "Patch",
        "description": "butts closer than this fraction of the width are one patch",
        "integer": false,
        "initial": 0.1,
        "minimum": 0,
        "maximum": 1
      }
    ]
  }
]
