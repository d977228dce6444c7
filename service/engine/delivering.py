"""Delivering: what waits in an outbox goes to the office."""

from threading import Event
from typing import Final

import structlog

from detector.outbox import Outbox
from service.engine.office_client import OfficeClient, OfficeRefusedError, OfficeUnreachableError

_log = structlog.get_logger(__name__)

_SECONDS: Final = 0.5
_LONGEST: Final = 15.0


def deliver(outbox: Outbox, office: OfficeClient, stopping: Event) -> None:
    """Hand over what waits, oldest first, until ``stopping`` is set; wait longer after each failure."""
    wait = _SECONDS
    while not stopping.is_set():
        try:
            for parcel in outbox.pending():
                try:
                    office.deliver(parcel)
                except OfficeRefusedError as error:
                    outbox.refuse(parcel.folder, str(error))
                else:
                    outbox.delivered(parcel)
                if stopping.is_set():
                    return
            wait = _SECONDS
        except (OfficeUnreachableError, OSError) as error:
            wait = min(wait * 2, _LONGEST)
            _log.warning("delivery postponed", seconds=wait, waiting=len(outbox), reason=str(error))
        stopping.wait(wait)
