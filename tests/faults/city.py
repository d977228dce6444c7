"""Engines that find violations all the time, and what became of each in the office."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from uuid import UUID

import httpx

from detector.outbox import Outbox
from service.engine.office_client import OfficeClient, OfficeUnreachableError
from tests.end_to_end.conftest import RunningOffice
from tests.end_to_end.parcels import put_parcel

CAMERA = "gate-1"
_FIND_SECONDS = 0.25
_AGAIN_SECONDS = 0.5


class City:
    """Finds violations and puts them into outboxes in turn.

    The office's own engine delivers what lies in the first outbox; the others each have a sender that does as an engine
    on another machine does.

    Args:
        office: one that does not run yet.
        folder: where the outboxes of other machines lie.
        senders: how many others there are.
    """

    def __init__(self, office: RunningOffice, folder: Path, senders: int) -> None:
        self.found: dict[UUID, int] = {}
        """How many evidence files each violation has that an outbox holds or held."""
        self.refusals: list[str] = []
        self.without_room = 0
        self._office = office
        self._outboxes = [Outbox(office.data / "engine" / "outbox")]
        self._outboxes += [Outbox(folder / f"engine-{number}") for number in range(senders)]
        self._over = Event()
        self._senders: list[Thread] = []

    def begin(self, client: httpx.Client) -> None:
        """The office runs: tell it the camera, and let the other machines' senders run."""
        client.post("/cameras", json={"id": CAMERA, "name": "北门", "source": "push:"}).raise_for_status()
        body = {"name": "other engines", "scopes": ["engine"]}
        key = client.post("/api-keys", json=body).raise_for_status().json()["key"]
        self._senders = [Thread(target=self._send, args=(outbox, key)) for outbox in self._outboxes[1:]]
        for sender in self._senders:
            sender.start()

    @contextmanager
    def finding(self) -> Iterator[None]:
        """Violations are found for as long as the block takes."""
        enough = Event()
        finder = Thread(target=self._find, args=(enough,))
        finder.start()
        try:
            yield
        finally:
            enough.set()
            finder.join()

    def settle(self, seconds: float) -> None:
        """Wait until every outbox is empty."""
        RunningOffice.wait(lambda: not any(map(len, self._outboxes)), seconds, "empty outboxes")

    def end(self) -> None:
        """Stop the senders, whatever has been delivered."""
        self._over.set()
        for sender in self._senders:
            sender.join()

    def _find(self, enough: Event) -> None:
        number = 0
        while not enough.wait(_FIND_SECONDS):
            outbox = self._outboxes[number % len(self._outboxes)]
            number += 1
            try:
                violation = put_parcel(outbox, CAMERA, datetime.now(UTC))
            except OSError:
                self.without_room += 1
                continue
            self.found[violation.id] = len(violation.evidence)

    def _send(self, outbox: Outbox, key: str) -> None:
        while not self._over.wait(_AGAIN_SECONDS):
            office = OfficeClient(self._office.url, key)  # anew: a restarted office may have another port
            try:
                for parcel in outbox.pending():
                    office.deliver(parcel)
                    outbox.delivered(parcel)
            except OfficeUnreachableError as error:
                self.refusals.append(str(error))
            finally:
                office.close()


def assert_each_is_one_case(client: httpx.Client, city: City) -> None:
    """Every violation that was found is one case with all its evidence, and there is no other case."""
    cases, cursor = [], None
    while True:
        page = client.get("/cases", params={"limit": 200} | ({"cursor": cursor} if cursor else {})).json()
        cases += [client.get(f"/cases/{case['id']}").json() for case in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert sorted(case["violation"]["id"] for case in cases) == sorted(map(str, city.found))
    assert {UUID(case["violation"]["id"]): len(case["evidence"]) for case in cases} == city.found
    numbers = [case["number"] for case in cases]
    assert len(set(numbers)) == len(numbers)


def assert_verified(data: Path) -> None:
    """``streetwarden verify --all`` finds no fault: hashes of all files, audit chain, record."""
    done = subprocess.run(
        [sys.executable, "-m", "service.cli", "verify", "--all", "--data", str(data)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def alerts(client: httpx.Client) -> Sequence[str]:
    """Codes of the alerts that are up."""
    return [alert["code"] for alert in client.get("/system").json()["alerts"]]
