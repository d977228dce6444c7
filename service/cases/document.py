"""The document of how cases move, made from the table of transitions: ``python -m service.cases.document``."""

import sys
from collections.abc import Iterator

from service.cases.transitions import TRANSITIONS, CaseStatus
from service.cases.words import ACTIONS, OUTCOMES, REASONS, REQUIREMENTS, ROLES, STATES, Name
from service.security import Role

HEAD = """\
# How cases move (案件流转)

Made from `service/cases/transitions.py` by `python -m service.cases.document > docs/cases.md`; a test compares them.
`GET /api/v1/case-transitions` tells the same table to programs, `GET /api/v1/catalogue` the words.

Every step carries the `version` of the case that the asker saw: when somebody else was faster, the answer is 409 with
that decision. A step that is not in the table is refused with those that are. The same person may take the last step
back for a minute, as long as nothing followed. A handler takes steps on cases of the own unit only, everybody on cases
of the own area only.
"""


def document() -> str:
    """The whole document."""
    parts = [HEAD, "```mermaid\nstateDiagram-v2", *_diagram(), "```\n", "| from | step | to | who | needs |",
             "| --- | --- | --- | --- | --- |", *_rows(), ""]  # fmt: skip
    for title, words in (
        ("States (状态)", STATES),
        ("Dismissal reasons (不予立案理由)", REASONS),
        ("Outcomes of a person's offence (处理结果)", OUTCOMES),
    ):
        entries = [f"- `{code}` {name.chinese} — {name.english}" for code, name in words.items()]
        parts += [f"## {title}", "", *entries, ""]
    return "\n".join(parts).rstrip("\n") + "\n"


def _diagram() -> Iterator[str]:
    yield f"    [*] --> {CaseStatus.PENDING}"
    for step in TRANSITIONS:
        yield f"    {step.start} --> {step.end}: {ACTIONS[step.action].chinese} {step.action}"


def _rows() -> Iterator[str]:
    for step in TRANSITIONS:
        who = [ROLES[role].english.lower() for role in Role if role in step.roles]
        if step.by_system:
            who.append("the service, when the time has run out")
        needs = ", ".join(REQUIREMENTS[requirement].english for requirement in sorted(step.requires))
        cells = (_cell(step.start, STATES[step.start]), _cell(step.action, ACTIONS[step.action]),
                 _cell(step.end, STATES[step.end]), ", ".join(who), needs)  # fmt: skip
        yield f"| {' | '.join(cells)} |"


def _cell(code: str, name: Name) -> str:
    return f"{name.chinese} `{code}`"


if __name__ == "__main__":
    sys.stdout.write(document())
