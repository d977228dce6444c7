"""Lists of cases that count without reading the cases, and numbers that sort by byte."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_FILTERS = ("camera_id", "unit_id", "area_id")


def upgrade() -> None:
    """To this revision."""
    for column in _FILTERS:
        op.create_index(
            f"ix_cases_{column}_occurred_at_id_status_kind",
            "cases",
            [column, "occurred_at", "id", "status", "kind"],
        )
        op.drop_index(f"ix_cases_{column}_occurred_at_id", "cases")
    _compare_numbers("C")


def downgrade() -> None:
    """Back to the revision before."""
    _compare_numbers(None)
    for column in _FILTERS:
        op.create_index(f"ix_cases_{column}_occurred_at_id", "cases", [column, "occurred_at", "id"])
        op.drop_index(f"ix_cases_{column}_occurred_at_id_status_kind", "cases")


def _compare_numbers(collation: str | None) -> None:
    if op.get_bind().dialect.name == "postgresql":  # SQLite compares by byte anyway
        kind = sa.String(length=32, collation=collation)
        op.alter_column("cases", "number", type_=kind, existing_type=sa.String(length=32), existing_nullable=False)
