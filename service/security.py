"""Who may do what: roles of people, scopes of API keys, and one table that says which of them each route lets in.

The table is the rule: a route that is not in it lets nobody in, and a test walks every route of the app against it.
A route's rule is the first gate only; what depends on the object (an inspector's own photos, the camera of a key)
is decided in the workflows after the object was loaded.
"""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """What a person does in the office."""

    INSPECTOR = "inspector"
    OPERATOR = "operator"
    ADMINISTRATOR = "administrator"


class Scope(StrEnum):
    """What an API key may be used for."""

    FRAMES_WRITE = "frames:write"
    VIOLATIONS_WRITE = "violations:write"
    PHOTOS_WRITE = "photos:write"
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
    """

    id: UUID
    name: str
    grants: frozenset[Grant]
    user_id: UUID | None = None
    session_id: str | None = None
    camera_id: str | None = None

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


PUBLIC = Access(public=True)
PEOPLE = _for(Role.INSPECTOR, Role.OPERATOR, Role.ADMINISTRATOR)
OFFICE = _for(Role.OPERATOR, Role.ADMINISTRATOR)
ADMINISTRATOR = _for(Role.ADMINISTRATOR)
ENGINE = _for(Scope.ENGINE)
PEOPLE_AND_ENGINE = _for(*Role, Scope.ENGINE)

ACCESS: dict[str, Access] = {
    "sign_in": PUBLIC,
    "get_session": PEOPLE,
    "sign_out": PEOPLE,
    "change_password": PEOPLE,
    "list_users": ADMINISTRATOR,
    "create_user": ADMINISTRATOR,
    "update_user": ADMINISTRATOR,
    "list_api_keys": ADMINISTRATOR,
    "create_api_key": ADMINISTRATOR,
    "delete_api_key": ADMINISTRATOR,
    "get_catalogue": PUBLIC,
    "list_cameras": PEOPLE_AND_ENGINE,
    "create_camera": ADMINISTRATOR,
    "get_camera": PEOPLE_AND_ENGINE,
    "update_camera": ADMINISTRATOR,
    "delete_camera": ADMINISTRATOR,
    "replace_scene": ADMINISTRATOR,
    "push_frame": _for(Scope.FRAMES_WRITE, Role.ADMINISTRATOR),
    "get_snapshot": PEOPLE,
    "watch_live": PEOPLE,
    "store_snapshot": ENGINE,
    "report_camera_status": ENGINE,
    "upload_photo": _for(*Role, Scope.PHOTOS_WRITE),
    "list_photos": PEOPLE,
    "get_photo": _for(*Role, Scope.PHOTOS_WRITE, Scope.ENGINE),
    "get_photo_image": _for(*Role, Scope.ENGINE),
    "claim_photos": ENGINE,
    "report_photo_result": ENGINE,
    "deliver_violation": _for(Scope.VIOLATIONS_WRITE, Scope.ENGINE),
    "get_violation": OFFICE,
    "list_cases": PEOPLE,
    "get_case": PEOPLE,
    "confirm_case": OFFICE,
    "dismiss_case": OFFICE,
    "close_case": OFFICE,
    "undo_case": OFFICE,
    "replace_boxes": OFFICE,
    "get_evidence": PEOPLE,
    "list_audit": ADMINISTRATOR,
    "list_anchors": ADMINISTRATOR,
    "list_signing_keys": PUBLIC,
    "stream_events": PEOPLE_AND_ENGINE,
    "get_system": PEOPLE_AND_ENGINE,
    "report_engine": ENGINE,
}
"""Each route of the API by the name of its function, and whom it lets in."""
