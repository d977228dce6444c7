"""Who may do what: roles of people, scopes of API keys, and one table that says which of them each route lets in.

The table is the rule: a route that is not in it lets nobody in, and a test walks every route of the app against it.
A route's rule is the first gate only; what depends on the object (an inspector's own photos, the camera of a key)
is decided in the workflows after the object was loaded.
"""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """What a person does in the office. A camera is no person: it holds a key with ``frames:write`` for itself."""

    INSPECTOR = "inspector"
    OPERATOR = "operator"
    UNIT_HANDLER = "unit_handler"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class Scope(StrEnum):
    """What an API key may be used for."""

    FRAMES_WRITE = "frames:write"
    VIOLATIONS_WRITE = "violations:write"
    PHOTOS_WRITE = "photos:write"
    SIGNALS_WRITE = "signals:write"
    OPEN311_WRITE = "open311:write"
    ENGINE = "engine"


Grant = Role | Scope


@dataclass(frozen=True, slots=True)
class Principal:
    """Who sends a request: a signed-in person, or a program with an API key.

    Attributes:
        id: of the user or of the key.
        name: how history and log call it.
        grants: the person's role, or the key's scopes.
        user_id: the person; none for a program.
        session_id: the person's session as it is stored; none for a program.
        camera_id: the one camera that a key speaks for, if it is bound to one.
        unit_id: the unit that a handler works for.
        area_ids: the areas that a person is bound to, those below included; none: the whole district.
        second_factor_missing: whether the person may do nothing yet but add a second factor.
    """

    id: UUID
    name: str
    grants: frozenset[Grant]
    user_id: UUID | None = None
    session_id: str | None = None
    camera_id: str | None = None
    unit_id: UUID | None = None
    area_ids: frozenset[UUID] | None = None
    second_factor_missing: bool = False

    def has(self, *grants: Grant) -> bool:
        """Whether one of the grants is held."""
        return not self.grants.isdisjoint(grants)


@dataclass(frozen=True, slots=True)
class Access:
    """Whom a route lets in: everybody, or whoever holds one of ``grants``."""

    grants: frozenset[Grant] = frozenset()
    public: bool = False

    def allows(self, principal: Principal | None) -> bool:
        """Whether the rule lets a principal in; ``None`` is somebody unknown."""
        return self.public or (principal is not None and principal.has(*self.grants))


def _for(*grants: Grant) -> Access:
    return Access(frozenset(grants))


OVERSEERS = (Role.OPERATOR, Role.SUPERVISOR, Role.ADMINISTRATOR, Role.AUDITOR)
"""Who sees every case of the areas that they are bound to, its originals included."""

PUBLIC = Access(public=True)
PEOPLE = _for(*Role)
OFFICE = _for(Role.OPERATOR, Role.ADMINISTRATOR)
CHECKERS = _for(Role.OPERATOR, Role.SUPERVISOR, Role.ADMINISTRATOR)
SUPERVISORS = _for(Role.SUPERVISOR, Role.ADMINISTRATOR)
HANDLERS = _for(Role.UNIT_HANDLER)
READERS = _for(*OVERSEERS)
EXPORTERS = _for(Role.SUPERVISOR, Role.ADMINISTRATOR, Role.AUDITOR)
ADMINISTRATOR = _for(Role.ADMINISTRATOR)
READ_ADMINISTRATION = _for(Role.ADMINISTRATOR, Role.AUDITOR)
ENGINE = _for(Scope.ENGINE)
PEOPLE_AND_ENGINE = _for(*Role, Scope.ENGINE)

WITHOUT_SECOND_FACTOR = frozenset({
    "get_session", "sign_out", "sign_out_everywhere", "begin_second_factor", "confirm_second_factor"
})  # fmt: skip
"""What somebody may do who must have a second factor and has none yet."""

ACCESS: dict[str, Access] = {
    "sign_in": PUBLIC,
    "get_session": PEOPLE,
    "sign_out": PEOPLE,
    "list_sessions": PEOPLE,
    "sign_out_everywhere": PEOPLE,
    "begin_second_factor": PEOPLE,
    "confirm_second_factor": PEOPLE,
    "remove_second_factor": PEOPLE,
    "reset_second_factor": ADMINISTRATOR,
    "end_sessions": ADMINISTRATOR,
    "list_sign_in_methods": PUBLIC,
    "begin_sign_on": PUBLIC,
    "finish_sign_on": PUBLIC,
    "change_password": PEOPLE,
    "list_users": READ_ADMINISTRATION,
    "create_user": ADMINISTRATOR,
    "update_user": ADMINISTRATOR,
    "list_api_keys": READ_ADMINISTRATION,
    "create_api_key": ADMINISTRATOR,
    "delete_api_key": ADMINISTRATOR,
    "get_catalogue": PUBLIC,
    "list_cameras": PEOPLE_AND_ENGINE,
    "create_camera": ADMINISTRATOR,
    "get_camera": PEOPLE_AND_ENGINE,
    "update_camera": ADMINISTRATOR,
    "delete_camera": ADMINISTRATOR,
    "replace_scene": ADMINISTRATOR,
    "probe_source": ADMINISTRATOR,
    "rehearse_scene": ADMINISTRATOR,
    "push_frame": _for(Scope.FRAMES_WRITE, Role.ADMINISTRATOR),
    "get_snapshot": PEOPLE,
    "watch_live": PEOPLE,
    "store_snapshot": ENGINE,
    "report_camera_status": ENGINE,
    "tell_signal": _for(Scope.SIGNALS_WRITE, Role.ADMINISTRATOR),
    "list_gaps": PEOPLE,
    "upload_photo": _for(Role.INSPECTOR, Role.OPERATOR, Role.ADMINISTRATOR, Scope.PHOTOS_WRITE),
    "list_photos": PEOPLE,
    "get_photo": _for(*Role, Scope.PHOTOS_WRITE, Scope.ENGINE),
    "get_photo_image": _for(*Role, Scope.ENGINE),
    "claim_photos": ENGINE,
    "report_photo_result": ENGINE,
    "deliver_violation": _for(Scope.VIOLATIONS_WRITE, Scope.ENGINE),
    "get_violation": READERS,
    "discover": PUBLIC,
    "list_services": PUBLIC,
    "get_service_definition": PUBLIC,
    "file_service_request": _for(Scope.OPEN311_WRITE),
    "list_service_requests": PUBLIC,
    "get_service_request": PUBLIC,
    "get_request_of_token": PUBLIC,
    "get_report": OFFICE,
    "list_cases": PEOPLE,
    "get_case": PEOPLE,
    "confirm_case": OFFICE,
    "dismiss_case": OFFICE,
    "merge_case": OFFICE,
    "split_case": OFFICE,
    "dispatch_case": CHECKERS,
    "accept_case": HANDLERS,
    "return_case": HANDLERS,
    "rectify_case": HANDLERS,
    "rework_case": CHECKERS,
    "escalate_case": SUPERVISORS,
    "close_case": CHECKERS,
    "archive_case": SUPERVISORS,
    "undo_case": _for(Role.OPERATOR, Role.UNIT_HANDLER, Role.SUPERVISOR, Role.ADMINISTRATOR),
    "add_after_photo": HANDLERS,
    "list_case_transitions": PEOPLE,
    "suggest_cases": READERS,
    "look_at_case": READERS,
    "look_away_from_case": READERS,
    "list_hot_spots": READERS,
    "list_units": PEOPLE,
    "create_unit": ADMINISTRATOR,
    "update_unit": ADMINISTRATOR,
    "list_unit_changes": READ_ADMINISTRATION,
    "list_areas": PEOPLE,
    "find_areas": PEOPLE,
    "export_areas": PEOPLE,
    "import_areas": ADMINISTRATOR,
    "update_area": ADMINISTRATOR,
    "list_area_changes": READ_ADMINISTRATION,
    "list_calendars": PEOPLE,
    "get_calendar": PEOPLE,
    "replace_calendar": ADMINISTRATOR,
    "list_standards": PEOPLE,
    "replace_standard": ADMINISTRATOR,
    "replace_boxes": OFFICE,
    "get_case_package": READERS,
    "list_ledgers": PEOPLE,
    "get_ledger": PEOPLE,
    "export_ledger": EXPORTERS,
    "list_retention_rules": EXPORTERS,
    "replace_retention_rule": ADMINISTRATOR,
    "get_retention_plan": EXPORTERS,
    "list_deletions": EXPORTERS,
    "list_holds": EXPORTERS,
    "place_hold": SUPERVISORS,
    "release_hold": SUPERVISORS,
    "list_archive_years": EXPORTERS,
    "get_figure_weights": READERS,
    "replace_figure_weights": ADMINISTRATOR,
    "get_ranking": READERS,
    "export_ranking": EXPORTERS,
    "get_kind_scores": READERS,
    "get_area_scores": READERS,
    "get_trend": READERS,
    "get_heat_map": READERS,
    "get_camera_sights": READERS,
    "get_evidence": PEOPLE,
    "list_audit": READ_ADMINISTRATION,
    "list_anchors": READ_ADMINISTRATION,
    "list_signing_keys": PUBLIC,
    "list_notices": PEOPLE,
    "count_unread_notices": PEOPLE,
    "read_notices": PEOPLE,
    "read_notice": PEOPLE,
    "get_notice_settings": PEOPLE,
    "replace_notice_settings": PEOPLE,
    "begin_notice_email": PEOPLE,
    "confirm_notice_email": PEOPLE,
    "remove_notice_email": PEOPLE,
    "list_webhooks": READ_ADMINISTRATION,
    "create_webhook": ADMINISTRATOR,
    "update_webhook": ADMINISTRATOR,
    "delete_webhook": ADMINISTRATOR,
    "test_webhook": ADMINISTRATOR,
    "list_webhook_deliveries": READ_ADMINISTRATION,
    "redeliver_message": ADMINISTRATOR,
    "redeliver_dead_messages": ADMINISTRATOR,
    "stream_events": PEOPLE_AND_ENGINE,
    "list_models": READ_ADMINISTRATION,
    "use_model": ADMINISTRATOR,
    "get_system": PEOPLE_AND_ENGINE,
    "report_engine": ENGINE,
}
"""Each route of the API by the name of its function, and whom it lets in."""
