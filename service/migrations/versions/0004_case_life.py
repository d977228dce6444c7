"""The whole life of cases: areas, units, calendars, standards, and what cases and people need of them."""

import sqlalchemy as sa
from alembic import op

from service.database import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

CASE_INDEXES = (
    ("ix_cases_unit_id_occurred_at_id", ["unit_id", "occurred_at", "id"], None),
    ("ix_cases_area_id_occurred_at_id", ["area_id", "occurred_at", "id"], None),
    ("ix_cases_status_due_at", ["status", "due_at"], "due_at IS NOT NULL"),
    ("ix_cases_cell_kind_occurred_at", ["cell", "kind", "occurred_at"], None),
    ("ix_cases_cell_kind_closed_at", ["cell", "kind", "closed_at"], None),
    ("ix_cases_merged_into_id", ["merged_into_id"], "merged_into_id IS NOT NULL"),
)

CLOSED_AT = """
UPDATE cases SET closed_at = (
    SELECT max(at) FROM audit
    WHERE subject_type = 'case' AND action = 'close' AND subject_id = {case_id}
) WHERE status = 'closed'
"""
"""Cases that were closed before know from the audit when; SQLite keeps identifiers as 32 hex digits."""

SQLITE_ID = (
    "substr(cases.id, 1, 8) || '-' || substr(cases.id, 9, 4) || '-' || substr(cases.id, 13, 4) || '-' || "
    "substr(cases.id, 17, 4) || '-' || substr(cases.id, 21)"
)
CELL = """
UPDATE cases SET cell = (
    CAST(floor((latitude + 90) * 1000) AS BIGINT) * 1000000 + CAST(floor((longitude + 180) * 1000) AS BIGINT) % 360000
) WHERE latitude IS NOT NULL AND longitude IS NOT NULL
"""
"""As `service.cases.places.cell_of` counts."""


def upgrade() -> None:
    """To this revision."""
    _create_calendars()
    _create_standards()
    _create_units_and_areas()
    for name in ("unit_id", "area_id"):
        op.add_column("users", sa.Column(name, sa.Uuid(), nullable=True))
    for column in _case_columns():
        op.add_column("cases", column)
    for name, columns, condition in CASE_INDEXES:
        where = sa.text(condition) if condition else None
        op.create_index(name, "cases", columns, sqlite_where=where, postgresql_where=where)
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    op.execute(CLOSED_AT.format(case_id=SQLITE_ID if on_sqlite else "cases.id::text"))
    # SQLite rounds a cast towards zero, which is floor for what is not negative; not every build has floor().
    op.execute(CELL.replace("floor", "") if on_sqlite else CELL)


def downgrade() -> None:
    """Back to the revision before; what cases went through stays in the audit."""
    for name, _, _ in reversed(CASE_INDEXES):
        op.drop_index(name, "cases")
    for column in reversed(_case_columns()):
        op.drop_column("cases", str(column.name))
    for name in ("area_id", "unit_id"):
        op.drop_column("users", name)
    for table in ("responsibilities", "areas", "units", "standards", "calendar_days", "calendars"):
        op.drop_table(table)


def _create_calendars() -> None:
    op.create_table(
        "calendars",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("week", sa.JSON(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_calendars"),
    )
    op.create_table(
        "calendar_days",
        sa.Column("calendar_id", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("working", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["calendar_id"], ["calendars.id"], name="fk_calendar_days_calendar_id_calendars"),
        sa.PrimaryKeyConstraint("calendar_id", "day", name="pk_calendar_days"),
    )


def _create_standards() -> None:
    op.create_table(
        "standards",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("filing", sa.Text(), nullable=False),
        sa.Column("closing", sa.Text(), nullable=False),
        sa.Column("limits", sa.JSON(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("kind", name="pk_standards"),
    )


def _create_units_and_areas() -> None:
    op.create_table(
        "units",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("contact", sa.String(length=200), nullable=False),
        sa.Column("calendar_id", sa.String(length=32), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["calendar_id"], ["calendars.id"], name="fk_units_calendar_id_calendars"),
        sa.PrimaryKeyConstraint("id", name="pk_units"),
        sa.UniqueConstraint("code", name="uq_units_code"),
    )
    op.create_table(
        "areas",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("level", sa.String(length=16), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("polygon", sa.JSON(), nullable=False),
        *(sa.Column(name, sa.Double(), nullable=False) for name in ("square_metres", "west", "south", "east", "north")),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["areas.id"], name="fk_areas_parent_id_areas"),
        sa.PrimaryKeyConstraint("id", name="pk_areas"),
        sa.UniqueConstraint("code", name="uq_areas_code"),
    )
    op.create_index("ix_areas_parent_id", "areas", ["parent_id"])
    op.create_index("ix_areas_west_east_south_north", "areas", ["west", "east", "south", "north"])
    op.create_table(
        "responsibilities",
        sa.Column("area_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["areas.id"], name="fk_responsibilities_area_id_areas"),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name="fk_responsibilities_unit_id_units"),
        sa.PrimaryKeyConstraint("area_id", "kind", name="pk_responsibilities"),
    )
    op.create_index("ix_responsibilities_unit_id", "responsibilities", ["unit_id"])


def _case_columns() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("last_state", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("cell", sa.BigInteger(), nullable=True),
        sa.Column("area_id", sa.Uuid(), nullable=True),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("grade", sa.String(length=16), nullable=False, server_default="ordinary"),
        sa.Column("dispatched_at", UtcDateTime(), nullable=True),
        sa.Column("accepted_at", UtcDateTime(), nullable=True),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("limit_seconds", sa.Integer(), nullable=True),
        sa.Column("remaining_seconds", sa.Integer(), nullable=True),
        sa.Column("remind_at", UtcDateTime(), nullable=True),
        sa.Column("reminded_at", UtcDateTime(), nullable=True),
        sa.Column("escalated_at", UtcDateTime(), nullable=True),
        sa.Column("overdue", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("rectified_at", UtcDateTime(), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("returns", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("reworks", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("archived_at", UtcDateTime(), nullable=True),
        sa.Column("merged_into_id", sa.Uuid(), nullable=True),
        sa.Column("relapse_of_id", sa.Uuid(), nullable=True),
    )
