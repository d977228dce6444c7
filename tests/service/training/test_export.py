"""Learning from the desk: what reviewed cases become, what is left out, and what the audit keeps."""

import io
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image
from sqlalchemy import select
from typer.testing import CliRunner

from datasets.classes import CLASSES
from datasets.collection import Collection, CollectionError
from datasets.faults import faults
from datasets.labels import read_labels
from datasets.reviewed import read_manifest
from detector.violations import EvidenceFile, ViolationKind
from service.audit.models import AuditRow
from service.audit.verify import verify
from service.cases.transitions import DismissalReason
from service.cli import app
from service.evidence.models import EvidenceRow
from service.security import Role
from service.training.export import Exported, export_training
from service.training.verdicts import OFFENDERS
from tests.service.office import Desk, Parcel, delivered_case, jpeg, parcel
from tests.service.test_cases import step

DAY = datetime(2026, 11, 24, tzinfo=UTC)
BEFORE, AFTER = DAY - timedelta(days=3650), DAY + timedelta(days=3650)


def picture(colour: int, size: tuple[int, int] = (1536, 1152), form: str = "PNG") -> bytes:
    """An original, by default twice as large as the frame that the detector saw."""
    out = io.BytesIO()
    Image.new("RGB", size, (colour, 80, 120)).save(out, form)
    return out.getvalue()


def seen(
    kind: ViolationKind, original: bytes, media_type: str = "image/png", at: datetime = DAY, count: int = 1
) -> Parcel:
    """A violation with two originals, of which the last belongs to its box."""
    suffix = media_type.removeprefix("image/")
    contents = {"start.png": picture(1, (16, 16)), f"end.{suffix}": original, "closeup.jpg": jpeg()}
    evidence = tuple(
        EvidenceFile.model_validate(
            {
                "file": name,
                "sha256": sha256(content).hexdigest(),
                "role": "closeup" if name.startswith("closeup") else "original",
                "media_type": media_type if name.startswith("end") else "image/png",
                "taken_at": at,
            }
        )
        for name, content in contents.items()
    )
    made = parcel((), kind=kind, evidence=evidence, started_at=at, ended_at=at, box=(96, 144, 192, 288), count=count)
    return Parcel(made.violation, contents)


@dataclass
class Review:
    """An operator at work."""

    desk: Desk
    engine: httpx.AsyncClient
    operator: httpx.AsyncClient

    async def case(self, sent: Parcel) -> str:
        return str((await delivered_case(self.engine, sent))["case_id"])

    async def confirm(self, case: str) -> None:
        assert (await step(self.operator, case, "confirm", 1)).is_success

    async def dismiss(self, case: str, reason: str) -> None:
        assert (await step(self.operator, case, "dismiss", 1, reason=reason, note="x")).is_success

    async def draw(self, case: str, *boxes: dict[str, Any]) -> None:
        version = (await self.operator.get(f"/cases/{case}")).json()["version"]
        answer = await self.operator.put(f"/cases/{case}/boxes", json={"version": version, "boxes": list(boxes)})
        assert answer.is_success, answer.text


@pytest.fixture
async def review(desk: Desk) -> Review:
    await desk.camera()
    return Review(desk, await desk.engine(), await desk.person(Role.OPERATOR))


@pytest.fixture
def export(desk: Desk, tmp_path: Path) -> Callable[..., Awaitable[Exported]]:
    async def run(since: datetime = BEFORE, until: datetime | None = None, **more: Any) -> Exported:  # noqa: ANN401 (passed on)
        return await export_training(desk.settings, tmp_path / "out", since, until, **more)

    return run


def labelled(folder: Path) -> dict[str, list[tuple[str, list[float]]]]:
    """What each photo is labelled with; the folder must pass `check`."""
    collection = Collection.read(folder / "street.yaml")
    assert list(faults(collection)) == []
    return {
        photo.name: [
            (CLASSES[class_id], corners.round(4).tolist())
            for class_id, corners in zip(labels.class_id, labels.corners, strict=True)
        ]
        for photo in collection.photos("train")
        for labels in [read_labels(folder / f"labels/train/{photo.stem}.txt")]
    }


BOX = [0.125, 0.25, 0.25, 0.5]


@pytest.mark.parametrize("kind", list(ViolationKind))
async def test_a_confirmed_case_becomes_a_positive_on_the_untouched_original(
    review: Review, export: Callable[..., Awaitable[Exported]], tmp_path: Path, kind: ViolationKind
) -> None:
    original = picture(10)
    await review.confirm(await review.case(seen(kind, original)))
    exported = await export()
    assert (exported.photos, exported.positives, exported.negatives) == (1, 1, 0)
    ((name, labels),) = labelled(tmp_path / "out").items()
    assert labels == [(OFFENDERS[kind], BOX)]
    assert name.startswith("reviewed-JJ-")
    assert (tmp_path / "out/images/train" / name).read_bytes() == original


async def test_a_wrong_object_becomes_a_hard_negative(
    review: Review, export: Callable[..., Awaitable[Exported]], tmp_path: Path
) -> None:
    await review.dismiss(await review.case(seen(ViolationKind.GARBAGE, picture(10))), "wrong_object")
    exported = await export()
    assert (exported.positives, exported.negatives) == (0, 1)
    assert list(labelled(tmp_path / "out").values()) == [[]]
    (photo,) = read_manifest(tmp_path / "out").photos
    assert [(box.name, list(box.box)) for box in photo.refuted] == [("garbage", BOX)]


@pytest.mark.parametrize("reason", [reason for reason in DismissalReason if reason != DismissalReason.WRONG_OBJECT])
async def test_other_reasons_say_nothing_about_the_object(
    review: Review, export: Callable[..., Awaitable[Exported]], reason: DismissalReason
) -> None:
    await review.dismiss(await review.case(seen(ViolationKind.JAYWALKING, picture(10))), reason)
    exported = await export()
    assert exported.photos == 0
    assert exported.left_out == {"with a case that is undecided or needs boxes": 1}


async def test_not_an_offence_can_be_taken_for_a_false_alarm(
    review: Review, export: Callable[..., Awaitable[Exported]]
) -> None:
    await review.dismiss(await review.case(seen(ViolationKind.GARBAGE, picture(10))), "not_an_offence")
    assert (await export(refuting=frozenset({DismissalReason.NOT_AN_OFFENCE}))).negatives == 1


async def test_drawn_boxes_say_all(review: Review, export: Callable[..., Awaitable[Exported]], tmp_path: Path) -> None:
    case = await review.case(seen(ViolationKind.CIGARETTE_BUTT, picture(10), count=2))
    await review.confirm(case)
    drawn = [{"class": "cigarette_butt", "box": [384, 288, 399.36, 299.52]}, {"class": "car", "box": [0, 0, 768, 576]}]
    await review.draw(case, *drawn)
    await export()
    (labels,) = labelled(tmp_path / "out").values()
    assert labels == [("cigarette_butt", [0.5, 0.5, 0.52, 0.52]), ("car", [0.0, 0.0, 1.0, 1.0])]


async def test_a_patch_without_drawn_boxes_is_left_out(
    review: Review, export: Callable[..., Awaitable[Exported]]
) -> None:
    await review.confirm(await review.case(seen(ViolationKind.CIGARETTE_BUTT, picture(10), count=2)))
    assert (await export()).photos == 0


async def test_two_cases_of_one_picture_become_one_photo(
    review: Review, export: Callable[..., Awaitable[Exported]], tmp_path: Path
) -> None:
    shared = picture(10)
    await review.confirm(await review.case(seen(ViolationKind.GARBAGE, shared)))
    other = await review.case(seen(ViolationKind.CIGARETTE_BUTT, shared))
    assert (await export()).left_out == {"with a case that is undecided or needs boxes": 1}
    await review.dismiss(other, "wrong_object")
    assert (await export_training(review.desk.settings, tmp_path / "again", BEFORE)).photos == 1
    assert list(labelled(tmp_path / "again").values()) == [[("garbage", BOX)]]
    (photo,) = read_manifest(tmp_path / "again").photos
    assert (len(photo.cases), [box.name for box in photo.refuted]) == (2, ["cigarette_butt"])


@pytest.mark.parametrize(
    ("kind", "minutes", "close", "taken"),
    [
        (ViolationKind.GARBAGE, 90, False, 1),
        (ViolationKind.GARBAGE, 90, True, 1),
        (ViolationKind.GARBAGE, 90 * 24 * 60, True, 2),
        (ViolationKind.GARBAGE, -90, False, 2),
        (ViolationKind.JAYWALKING, 0, False, 1),
        (ViolationKind.JAYWALKING, 90, False, 2),
    ],
    ids=[
        "it still lies there",
        "it was closed after that",
        "it was closed before",
        "it came later",
        "both cross",
        "gone long ago",
    ],
)
async def test_another_confirmed_object_in_view_must_not_be_taught_as_ground(
    review: Review,
    export: Callable[..., Awaitable[Exported]],
    kind: ViolationKind,
    minutes: int,
    close: bool,
    taken: int,
) -> None:
    other = await review.case(seen(kind, picture(10)))
    await review.confirm(other)
    if close:
        assert (await step(review.operator, other, "close", 2)).is_success
    later = seen(kind, picture(20), at=DAY + timedelta(minutes=minutes))
    await review.dismiss(await review.case(later), "wrong_object")
    exported = await export()
    # Where two cross at once, each picture shows a person that only the other case knows of.
    assert exported.photos == taken
    assert exported.left_out["with another confirmed object in view"] == 2 - taken


async def test_only_the_period_is_exported(review: Review, export: Callable[..., Awaitable[Exported]]) -> None:
    await review.confirm(await review.case(seen(ViolationKind.GARBAGE, picture(10))))
    assert (await export(AFTER)).photos == 0


async def test_what_was_undone_is_not_exported(review: Review, export: Callable[..., Awaitable[Exported]]) -> None:
    case = await review.case(seen(ViolationKind.GARBAGE, picture(10)))
    await review.confirm(case)
    assert (await step(review.operator, case, "undo", 2)).is_success
    assert (await export()).photos == 0


async def test_heic_becomes_png(review: Review, export: Callable[..., Awaitable[Exported]], tmp_path: Path) -> None:
    heic = picture(10, (96, 72), "HEIF")
    await review.confirm(await review.case(seen(ViolationKind.GARBAGE, heic, "image/heic")))
    assert (await export()).photos == 1
    (name,) = labelled(tmp_path / "out")
    assert name.endswith(".png")


async def test_an_altered_or_missing_original_is_said(
    review: Review, export: Callable[..., Awaitable[Exported]], desk: Desk
) -> None:
    for colour in (10, 20):
        at = DAY + timedelta(days=colour)
        await review.confirm(await review.case(seen(ViolationKind.JAYWALKING, picture(colour), at=at)))
    async with desk.office.database.reading() as session:
        rows = list(await session.scalars(select(EvidenceRow).where(EvidenceRow.file == "end.png")))
    altered, missing = (desk.settings.data / "files" / row.key for row in rows)
    altered.write_bytes(picture(11))
    missing.unlink()
    exported = await export()
    assert exported.photos == 0
    assert sorted(fault.split("end.png ")[1].split(";")[0] for fault in exported.faults) == [
        "is missing",
        "was altered",
    ]


async def test_who_exported_what_is_audited(
    review: Review, export: Callable[..., Awaitable[Exported]], desk: Desk, tmp_path: Path
) -> None:
    case = await review.case(seen(ViolationKind.GARBAGE, picture(10)))
    await review.confirm(case)
    await export()
    number = (await review.operator.get(f"/cases/{case}")).json()["number"]
    async with desk.office.database.reading() as session:
        row = (await session.scalars(select(AuditRow).where(AuditRow.subject_type == "training"))).one()
    details = json.loads(row.details)
    assert (row.actor, row.action, details["cases"]) == ("system", "export", [number])
    assert details["folder"] == str(tmp_path / "out")
    assert (await verify(desk.settings, None)).faults == []
    with pytest.raises(CollectionError, match="holds a collection already"):
        await export()


def test_the_command_reminds_of_privacy(desk: Desk, tmp_path: Path) -> None:
    words = ["export-training", "--since", "2026-11-01", "--to", str(tmp_path / "out"), "--data"]
    result = CliRunner().invoke(app, [*words, str(desk.settings.data)])
    assert result.exit_code == 0, result.output
    assert "pictures of people" in result.stderr
    assert "0 photos" in result.stderr
    assert result.stdout == ""
    nowhere = CliRunner().invoke(app, [*words, str(tmp_path / "nowhere")])
    assert (nowhere.exit_code, "no office here" in nowhere.stderr) == (1, True)
    empty = CliRunner().invoke(app, [*words[:-3], "--to", str(tmp_path / "new"), "--data", str(tmp_path)])
    assert (empty.exit_code, "run prepare first" in empty.stderr) == (1, True)
