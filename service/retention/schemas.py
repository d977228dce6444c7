"""Retention, as the API says it."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from service.clock import UtcTime
from service.paging import Page
from service.retention.rules import SHORTEST_DAYS, Rule


class RetentionRule(BaseModel):
    """How long one kind of file is kept."""

    code: Rule
    chinese: str
    english: str
    days: int | None = Field(description="null: for ever")


class RetentionRules(BaseModel):
    """All rules."""

    items: list[RetentionRule]


class RuleChange(BaseModel):
    """How many days a rule keeps files; null: for ever."""

    model_config = ConfigDict(extra="forbid")

    days: int | None = Field(ge=SHORTEST_DAYS, le=36_500)


class PlannedRule(BaseModel):
    """What one rule would delete now."""

    code: Rule
    subjects: int = Field(description="cases, or photos without a case")
    files: int
    bytes: int


class RetentionPlan(BaseModel):
    """What would be deleted now: a dry run."""

    items: list[PlannedRule]


class HoldRequest(BaseModel):
    """Keep a case's files whatever the rules say."""

    model_config = ConfigDict(extra="forbid")

    case_id: UUID
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class Hold(BaseModel):
    """A hold on a case's files."""

    id: UUID
    case_id: UUID
    case_number: str
    reason: str
    placed_by: str
    placed_at: UtcTime
    released_by: str | None
    released_at: UtcTime | None


class HoldPage(Page[Hold]):
    """One page of holds, newest first."""


class DeletedFile(BaseModel):
    """A file that is gone, and what its content's hash was."""

    id: UUID
    role: str
    sha256: str
    size: int


class Deletion(BaseModel):
    """What a rule deleted of one case, or one photo."""

    sequence: int = Field(description="row of the audit that tells of it")
    at: UtcTime
    actor: str
    rule: Rule
    subject_id: UUID
    number: str | None = Field(description="of the case; null for a photo")
    deleted: list[DeletedFile]


class DeletionPage(Page[Deletion]):
    """One page of the deletion log, newest first."""


class ArchiveYear(BaseModel):
    """The settled cases of a year of the district's zone, by when they were closed."""

    year: int
    closed: int = Field(description="closed, and not yet archived")
    archived: int


class ArchiveYears(BaseModel):
    """The archive, year by year, newest first."""

    items: list[ArchiveYear]
