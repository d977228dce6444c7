"""What cameras and inspectors find: violations with evidence, delivered as detectors deliver them."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import httpx
import uuid_utils.compat

from detector.violations import Violation, ViolationKind
from tests.end_to_end.campaign.account import CaseAccount
from tests.end_to_end.campaign.district import CAMERAS, KINDS, PAIR, Camera, Place
from tests.end_to_end.campaign.evidence import BOX, HEIGHT, WIDTH, Picture, evidence_for, parts_of
from tests.end_to_end.campaign.fates import Fate, deal
from tests.end_to_end.campaign.town import Json, Town, made

CAMERA = {camera.id: camera for camera in CAMERAS}
ZONES = {"cigarette_butt": "pavement", "garbage": "pavement", "illegal_parking": "kerb", "jaywalking": "road"}
BY_PHOTO = 0.12
"""The share that inspectors find."""
STEPS = (0.00025, 0.0002)
"""Smart cameras tell places on a grid of about 22 m: what lies on one point of it is one place, the next is not."""
JITTER = 0.00002
"""The same spot is never measured twice alike: by 3 m at most."""
GOES_AWAY = (Fate.DISMISSED, Fate.DOUBLE, Fate.MISTAKEN, Fate.WRONGLY_MERGED)
"""What such a case becomes, no second report can be merged into."""
Part = tuple[str, tuple[str | None, bytes | str, str]]


@dataclass
class Parcel:
    """A violation with its evidence; ``spot`` is the point of the map that is measured as its place."""

    violation: Violation
    pictures: list[Picture]
    spot: Place | None
    place: Place | None
    fate: Fate
    about: str | None = None
    reporter: str | None = None
    seen_before: str | None = None


@dataclass
class Street:
    """What happens on the street, dealt out over the week: ``cut_off`` cameras keep what they see."""

    town: Town
    count: int
    slots: int
    chance: random.Random = field(default_factory=lambda: random.Random(20260921))  # noqa: S311
    cut_off: set[str] = field(default_factory=set)
    kept: list[Parcel] = field(default_factory=list)
    repeated: int = 0
    _fates: list[Fate] = field(default_factory=list)
    _slot: int = 0
    _crossed: set[datetime] = field(default_factory=set)
    _spots: dict[str, Place] = field(default_factory=dict)
    _violations: dict[str, UUID] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._fates = deal(self.count, self.chance)

    async def detections(self) -> None:
        """The next part of the week's violations is found and delivered, what was kept back first."""
        first, last = (self.count * (self._slot + more) // self.slots for more in (0, 1))
        self._slot += 1
        back = [parcel for parcel in self.kept if parcel.violation.camera not in self.cut_off]
        for parcel in back:
            self.kept.remove(parcel)
            await self._deliver(parcel, times=2)  # the line broke before the office's answer came through
        number = first
        while number < last:
            fate = self._fates[number]
            moment = self.town.watch.now() - timedelta(seconds=self.chance.randrange(60, 600))
            if fate is Fate.SEEN_TWICE and number + 1 < last:
                await self._seen_twice(moment)
                number += 2
                continue
            await self._found(fate, moment)
            number += 1

    async def _found(self, fate: Fate, moment: datetime) -> None:
        kind = self.chance.choice(KINDS)
        old = self._known_place(fate, kind)
        if old is not None:
            # The camera that saw it looks there again; where an inspector did, an inspector comes by.
            camera = next((c for c in CAMERAS if c.name == old.source), None)
            await self._report(kind, fate, moment, camera, self._spots[old.number], old.number)
            return
        if fate in (Fate.DOUBLE, Fate.BACK, Fate.SEEN_TWICE):
            fate = Fate.SMOOTH  # there is nothing yet that could be seen again
        camera = None if self.chance.random() < BY_PHOTO else self.chance.choice(CAMERAS)
        spot = self._where_an_inspector_goes() if camera is None else self._where_it_looks(camera)
        await self._report(kind, fate, moment, camera, spot, None)

    def _known_place(self, fate: Fate, kind: str) -> CaseAccount | None:
        """The case that a second report, or a relapse, is about."""
        account, fates = self.town.account, self.town.fates
        if fate is Fate.BACK:
            before = account.watch.now() - timedelta(minutes=15)
            found = [case for case in account.standing("closed") if case.closed_at and case.closed_at < before]
        elif fate is Fate.DOUBLE:
            open_cases = account.standing("pending", "dispatched", "in_progress")
            found = [case for case in open_cases if fates[case.number] not in GOES_AWAY]
        else:
            return None
        found = [case for case in found if case.kind == kind and case.place is not None]
        return self.chance.choice(found) if found else None

    def _where_it_looks(self, camera: Camera) -> Place:
        if not camera.smart:
            return camera.place
        east, north = self.chance.randrange(6) * STEPS[0], self.chance.randrange(6) * STEPS[1]
        return _centimetres(camera.place[0] + east, camera.place[1] + north)

    def _where_an_inspector_goes(self) -> Place | None:
        """Anywhere in the district, at its edge, or where the phone knows no place."""
        if self.chance.random() < 0.08:
            return None
        column, row = self.chance.randrange(150), self.chance.randrange(200)
        return _centimetres(117.1801 + column * STEPS[0], 39.1101 + row * STEPS[1])

    async def _seen_twice(self, moment: datetime) -> None:
        """Somebody crosses the junction that two cameras look at: one event, which both deliver."""
        started = moment.replace(second=0, microsecond=0)
        while started in self._crossed:
            started -= timedelta(minutes=1)
        self._crossed.add(started)
        there = tuple((float(second), 0.2 + 0.1 * second, 0.5) for second in range(4))
        back = tuple((second, 1 - x, 1 - y) for second, x, y in there)
        first = None
        for name, course in zip(PAIR, (there, back), strict=True):
            parcel = self._parcel("jaywalking", Fate.SMOOTH, started, CAMERA[name], CAMERA[name].place)
            parcel.violation = parcel.violation.model_copy(update={"course": course})
            parcel.seen_before = first
            first = await self._deliver(parcel)

    async def _report(
        self, kind: str, fate: Fate, moment: datetime, camera: Camera | None, spot: Place | None, about: str | None
    ) -> None:
        parcel = self._parcel(kind, fate, moment, camera, spot)
        parcel.about = about
        if camera is None:
            await self._photograph(parcel)
        elif camera.id in self.cut_off:
            self.kept.append(parcel)
        else:
            await self._deliver(parcel)

    def _parcel(self, kind: str, fate: Fate, moment: datetime, camera: Camera | None, spot: Place | None) -> Parcel:
        pictures, violation_id = self.town.pictures.of(kind), uuid_utils.compat.uuid7()
        place = self._measured(camera, spot)
        violation = Violation(
            id=violation_id, kind=ViolationKind(kind), camera=camera.id if camera else None, started_at=moment,
            ended_at=moment + timedelta(seconds=20), started_s=10.0 if camera else None,
            ended_s=30.0 if camera else None, confidence=round(self.chance.uniform(0.4, 0.99), 3), box=BOX,
            width=WIDTH, height=HEIGHT, zone=ZONES[kind] if camera else None, track_ids=(7,) if camera else (),
            count=self.chance.randrange(1, 9) if kind == "cigarette_butt" else 1, suspected=camera is None,
            longitude=place[0] if place and camera else None, latitude=place[1] if place and camera else None,
            model="street-n", evidence=evidence_for(violation_id, pictures, moment),
        )  # fmt: skip
        return Parcel(violation, pictures, spot, place, fate)

    def _measured(self, camera: Camera | None, spot: Place | None) -> Place | None:
        """A spot as it is measured this time; a camera that only knows its own place tells that."""
        if spot is None or (camera is not None and not camera.smart):
            return spot
        return _centimetres(*(side + self.chance.uniform(0, JITTER) for side in spot))

    async def _photograph(self, parcel: Parcel) -> None:
        """An inspector uploads a photo, the engine takes it, finds the violation in it and says so."""
        town, when = self.town, parcel.violation.started_at
        parcel.reporter = self.chance.choice(("ji", "kang"))
        form = {"taken_at": when.isoformat(), "note": "巡查发现"}
        if parcel.place is not None:
            form |= {"longitude": repr(parcel.place[0]), "latitude": repr(parcel.place[1])}
        upload = {"file": ("photo.jpg", town.pictures.photo, "image/jpeg")}
        photo = await made(town[parcel.reporter].client.post("/photos", files=upload, data=form))
        town.account.photos += 1
        claimed = await made(town.engine.post("/photos/claim", json={"limit": 1}))
        assert [item["id"] for item in claimed["items"]] == [photo["id"]]
        parcel.violation = parcel.violation.model_copy(update={"photo": UUID(photo["id"])})
        await self._deliver(parcel)
        done = await made(town.engine.post(f"/photos/{photo['id']}/result", json={"status": "done"}))
        assert len(done["case_ids"]) == 1

    async def _deliver(self, parcel: Parcel, times: int = 1) -> str:
        """Deliver over HTTP, with the camera's own key or the engine's; answers the number of the case."""
        violation, account = parcel.violation, self.town.account
        smart = self.town.smart.get(violation.camera or "")
        previous = parcel.about if parcel.fate is Fate.BACK and smart is not None else None
        if previous is not None:  # a detector of its own knows the place again, and says so
            violation = violation.model_copy(update={"previous": self._violations[previous]})
        parts = parts_of(violation, parcel.pictures)
        answer = await _sent(smart or self.town.engine, parts, 201)
        for _ in range(times - 1):
            assert await _sent(smart or self.town.engine, parts, 200) == answer
            self.repeated += 1
        camera = CAMERA.get(violation.camera or "")
        number = account.open(
            answer["case_id"], previous=previous, seen_before=parcel.seen_before, kind=str(violation.kind),
            source=camera.name if camera else "巡查照片", zone=violation.zone, place=parcel.place,
            confidence=violation.confidence, count=violation.count, occurred_at=violation.started_at,
            reporter=parcel.reporter,
        )  # fmt: skip
        assert answer["case_number"] == number
        self.town.fates[number] = parcel.fate
        if parcel.about is not None:
            self.town.first_reports[number] = parcel.about
        self._violations[number] = violation.id
        if parcel.spot is not None:
            self._spots[number] = parcel.spot
        account.files += len(parcel.pictures)
        account.watch.tick()
        return number


async def _sent(client: httpx.AsyncClient, parts: list[Part], status: int) -> Json:
    answer = await client.post("/violations", files=parts)
    assert answer.status_code == status, answer.text
    found: Json = answer.json()
    return found


def _centimetres(longitude: float, latitude: float) -> Place:
    """A place as finely as a receiver tells it."""
    return round(longitude, 7), round(latitude, 7)
