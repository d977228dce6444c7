"""Where GeoReport v2 is spoken and how an app gets a key (https://wiki.open311.org/Service_Discovery)."""

from service.open311.answers import BASE, MEDIA_TYPES
from service.open311.schemas import Discovery, Endpoint
from service.settings import Settings

CHANGESET = "2026-11-25 00:00"
"""When services or their definitions last changed; later ones sort after earlier ones."""


def discovery(settings: Settings, address: str) -> Discovery:
    """The discovery document.

    Args:
        settings: of the office; ``public_url`` is the address that people know, where it is set.
        address: the address that the app asked.
    """
    office = (settings.public_url or address).rstrip("/")
    return Discovery(
        changeset=CHANGESET,
        contact=f"The office of the district: {office}",
        key_service=f"An administrator of {office} makes API keys with the scope open311:write.",
        endpoints=[
            Endpoint(
                specification="http://wiki.open311.org/GeoReport_v2",
                url=f"{office}{BASE}",
                changeset=CHANGESET,
                type="production" if settings.environment == "production" else "test",
                formats=[media_type.partition(";")[0] for media_type in reversed(MEDIA_TYPES.values())],
            )
        ],
    )
