"""Composing: real cut-outs pasted on real roads, and roads without litter but with dashes, for training.

What a pole camera sees is small: butts of 6 to 20 px, litter of 12 to 40 px. The photos show both from close by.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from datasets.classes import CLASSES
from datasets.collection import Collection, CollectionError, label_path, score_path
from datasets.cutouts import Cutout, cutouts
from datasets.data_card import source_of
from datasets.grounds import empty_ground
from datasets.labels import Labels, concatenate, intersection, read_labels, read_scored
from datasets.pasting import Look, blur_of, muted, noise_of, paste, shaped
from datasets.replay import read_picture
from datasets.roads import HEIGHTS, Perspective, paint_dashes, painted_marks, road_mask
from datasets.street_folder import StreetFolder

LONG_SIDE = 640
"""Longer side of a composed picture in pixels, the model's input: what is pasted at 8 px is seen at 8 px."""

MOST_ENLARGED = 1.6
"""Photos are not enlarged by more: their blur would tell them from real ones."""

SIZES = {"cigarette_butt": (6.0, 20.0), "garbage": (12.0, 40.0)}
"""Longer side in pixels of what is pasted, far away and near."""

NIGHT = 70.0
"""Pictures that are darker on average (of 255) were taken at night."""

TRICYCLE = (28.0, 240.0)
"""Heights of tricycles in pixels that are worth pasting."""

LEAST_SIDE = 240
"""Photos with a shorter side in pixels are no street scenes but crops."""

LEAST_COLOUR = 14.0
"""Mean saturation (of 255) below which a photo is black and white: a coloured bottle would stand out in it."""

LEAST_ROAD = 0.06
"""A ground shows at least this part of road."""

MOST_CUTOUTS = 160
"""Cut-outs of one class that are made; more cost time and bring little."""

LEAST_DASHES = 3
"""A picture of dashes shows at least as many."""

_TRIES = 40


@dataclass(frozen=True)
class Ground:
    """A picture of a road that shows no litter.

    Attributes:
        photo: the file that it is from.
        picture: BGR pixels, shape (height, width, 3).
        labels: what is labelled in it.
        known: the same and all that the teacher saw, unsure boxes included.
        road: where the road is, shape (height, width).
    """

    photo: Path
    picture: NDArray[np.uint8]
    labels: Labels
    known: Labels
    road: NDArray[np.bool_]


@dataclass
class Composition:
    """Composes pictures from the training split of a collection.

    Attributes:
        collection: its split `train` gives cut-outs and grounds; others are not looked at, so that nothing leaks.
        teacher: folder of the teacher's labels; unsure ones count too where nothing may be pasted.
        out: new folder to write.
        pictures: how many pictures with litter are wanted.
        empty: how many without, half of them with painted dashes.
        seed: makes the same folder again.
        counts: how many objects of each class were pasted.
    """

    collection: Collection
    teacher: Path
    out: Path
    pictures: int = 400
    empty: int = 200
    seed: int = 0
    counts: dict[str, int] = field(default_factory=dict, init=False)

    def compose(self) -> Iterator[Path]:
        """Writes the folder; yields each picture as it is written.

        Raises:
            CollectionError: the collection has other classes, or shows no road or nothing to cut out.
        """
        if self.collection.names != CLASSES:
            raise CollectionError(f"classes {self.collection.names} are not the street classes {CLASSES}")
        folder = StreetFolder(self.out)
        random = np.random.default_rng(self.seed)
        photos = [
            (photo, read_scored(label_path(photo), score_path(photo))) for photo in self.collection.photos("train")
        ]
        objects, grounds = cutouts_of(photos, random), grounds_of(photos, self.teacher)
        if not grounds:
            raise CollectionError("no photo of the training split shows a road without litter; add some")
        if self.pictures and not objects:
            raise CollectionError("nothing in the training split can be cut out; add photos of butts or litter")
        for number in range(self.pictures):
            ground = grounds[random.integers(len(grounds))]
            yield self._litter(folder, f"composed-{number:04d}", ground, objects, random)
        # Roads with marks come first: the dashes of a distant lane look most like butts.
        marks = {ground.photo: painted_marks(ground.picture, ground.road) for ground in grounds}
        marked = sorted(grounds, key=lambda ground: -marks[ground.photo])
        for number in range(self.empty):
            name = f"empty-{number:04d}"
            if number % 2:
                yield self._real_marks(folder, name, marked[number // 2 % len(marked)], random)
            else:
                yield self._dashes(folder, name, grounds, random)
        folder.finish()

    def _litter(
        self,
        folder: StreetFolder,
        name: str,
        ground: Ground,
        objects: dict[str, list[Cutout]],
        random: np.random.Generator,
    ) -> Path:
        """A road with litter on it, now and then with a tricycle or with dashes too."""
        height, width = ground.picture.shape[:2]
        canvas = ground.picture.astype(np.float32)
        view = Perspective.of(ground.known, width, height)
        look = look_of(ground.picture, random)
        if random.random() < 0.3:
            paint_dashes(canvas, ground.road, view, look.blur, random)
        taken = ground.known.corners * (width, height, width, height)
        wanted = ["e_tricycle"] * int(random.random() < 0.5)
        wanted += ["garbage"] * int(random.integers(0, 5)) + ["cigarette_butt"] * int(random.integers(1, 6))
        placed: list[tuple[int, NDArray[np.float64]]] = []
        for kind in wanted:
            if not objects.get(kind):
                continue
            cutout = objects[kind][random.integers(len(objects[kind]))]
            box = place(canvas, ground.road, view, cutout, taken, look, random)
            if box is not None:
                placed.append((cutout.class_id, box))
                self.counts[kind] = self.counts.get(kind, 0) + 1
                taken = np.vstack([taken, box])
        pasted = Labels.empty()
        if placed:
            corners = np.stack([box for _, box in placed]) / (width, height, width, height)
            pasted = Labels.from_corners(np.array([class_id for class_id, _ in placed], np.int64), corners)
        return self._write(folder, name, canvas, concatenate([ground.labels, pasted]), random)

    def _dashes(self, folder: StreetFolder, name: str, grounds: list[Ground], random: np.random.Generator) -> Path:
        """A road with painted dashes and nothing else that was not there."""
        for _ in range(_TRIES):
            ground = grounds[random.integers(len(grounds))]
            canvas = ground.picture.astype(np.float32)
            view = Perspective.of(ground.known, canvas.shape[1], canvas.shape[0])
            if paint_dashes(canvas, ground.road, view, blur_of(ground.picture), random) >= LEAST_DASHES:
                break
        return self._write(folder, name, canvas, ground.labels, random)

    def _real_marks(self, folder: StreetFolder, name: str, ground: Ground, random: np.random.Generator) -> Path:
        """An empty part of a road with its marks, or the whole photo where no part holds some."""
        crop = empty_ground(ground.picture, ground.known, random)
        if crop is not None and painted_marks(crop, np.ones(crop.shape[:2], np.bool_)) >= LEAST_DASHES:
            return self._write(folder, name, crop.astype(np.float32), Labels.empty(), random)
        return self._write(folder, name, ground.picture.astype(np.float32), ground.labels, random)

    def _write(
        self, folder: StreetFolder, name: str, canvas: NDArray[np.float32], labels: Labels, random: np.random.Generator
    ) -> Path:
        noisy = canvas + random.normal(0, random.uniform(0.3, 2.5), canvas.shape)
        picture = noisy.clip(0, 255).round().astype(np.uint8)
        folder.draw(picture, "train", name, labels, quality=int(random.integers(60, 93)))
        return folder.root / "images" / "train" / f"{name}.jpg"


def cutouts_of(photos: Sequence[tuple[Path, Labels]], random: np.random.Generator) -> dict[str, list[Cutout]]:
    """Cut-outs by class, at most `MOST_CUTOUTS` of each, from photos and their labels."""
    found: dict[str, list[Cutout]] = {}
    for index in random.permutation(len(photos)):
        photo, labels = photos[index]
        wanted = _names(labels) & {*SIZES, "e_tricycle"}
        # Collages are made of the same close-ups; what is cut out of them is smaller and no other.
        if photo.stem.startswith("collage-") or all(len(found.get(name, [])) >= MOST_CUTOUTS for name in wanted):
            continue
        for cutout in cutouts(read_picture(photo), labels, photo):
            found.setdefault(CLASSES[cutout.class_id], []).append(cutout)
    return found


def grounds_of(photos: Sequence[tuple[Path, Labels]], teacher: Path) -> list[Ground]:
    """The roads among photos with their labels, scaled to `LONG_SIDE`; `teacher` holds the teacher's labels."""
    # Where a source shows litter, its photos without labels may show some too, forgotten by who labelled it.
    littered = {source_of(photo) for photo, labels in photos if not set(SIZES).isdisjoint(_names(labels))}
    scenes = (scene_of(photo, labels, teacher) for photo, labels in photos if source_of(photo) not in littered)
    return [scene for scene in scenes if scene is not None and scene.road.mean() >= LEAST_ROAD]


def scene_of(photo: Path, labels: Labels, teacher: Path) -> Ground | None:
    """A photo scaled to `LONG_SIDE`, with its road if it shows one; None where it is too small or black and white."""
    picture = read_picture(photo)
    colour = cv2.cvtColor(picture, cv2.COLOR_BGR2HSV)[..., 1].mean()
    if min(picture.shape[:2]) < LEAST_SIDE or colour < LEAST_COLOUR:
        return None
    scale = min(LONG_SIDE / max(picture.shape[:2]), MOST_ENLARGED)
    size = (round(picture.shape[1] * scale), round(picture.shape[0] * scale))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    picture = cv2.resize(picture, size, interpolation=how).astype(np.uint8, copy=False)
    known = concatenate([labels, read_labels(teacher / f"{photo.stem}.txt")])
    return Ground(photo, picture, labels, known, road_mask(picture, known))


def _names(labels: Labels) -> set[str]:
    return {CLASSES[class_id] for class_id in labels.class_id}


def look_of(picture: NDArray[np.uint8], random: np.random.Generator) -> Look:
    """How the camera of a picture sees, with the sun at a random place."""
    sun = (random.uniform(-0.25, 0.25), random.uniform(0.02, 0.18))
    by_night = picture.mean() < NIGHT
    return Look(blur_of(picture), noise_of(picture), sun, random.uniform(0.2, 0.5), follow=0.9 if by_night else 0.5)


def place(
    canvas: NDArray[np.float32],
    road: NDArray[np.bool_],
    view: Perspective,
    cutout: Cutout,
    taken: NDArray[np.float64],
    look: Look,
    random: np.random.Generator,
    sizes: Mapping[str, tuple[float, float]] = SIZES,
) -> NDArray[np.float64] | None:
    """Pastes a cut-out somewhere on the road where nothing stands.

    Args:
        canvas: BGR, shape (height, width, 3), changed in place.
        road: where the road is, shape (height, width).
        view: says how large things look.
        cutout: what is pasted.
        taken: boxes in pixels that nothing may cover, shape (N, 4).
        look: how the camera sees.
        random: chooses place, turn and size.
        sizes: longer side in pixels, far away and near, of what lies on the ground, by class.

    Returns:
        Its box in pixels, shape (4,), or None where there is no room.
    """
    rows, columns = np.nonzero(road)
    for _ in range(_TRIES):
        spot = random.integers(len(rows))
        row, column = int(rows[spot]), int(columns[spot])
        made = _sized(cutout, view, row, random, sizes)
        if made is None:
            continue
        high, wide = made.mask.shape
        left, top = column - wide // 2, row - high
        box = np.array([[left - 3, top - 3, left + wide + 3, row + 3]], np.float64)
        inside = left >= 0 and top >= 0 and left + wide <= road.shape[1] and row <= road.shape[0]
        # What lies is on the road altogether; what stands touches it with its wheels.
        foot = top if CLASSES[cutout.class_id] in SIZES else row - max(2, high // 8)
        if inside and not intersection(box, taken).any() and road[foot:row, left : left + wide].mean() > 0.85:
            return paste(canvas, made, left, top, look, random)
    return None


def _sized(
    cutout: Cutout,
    view: Perspective,
    row: int,
    random: np.random.Generator,
    sizes: Mapping[str, tuple[float, float]],
) -> Cutout | None:
    """The cut-out as it looks at a row of the picture; None where it would be too small or too large."""
    kind = CLASSES[cutout.class_id]
    mirrored = bool(random.random() < 0.5)
    if kind not in sizes:
        height = view.pixels(HEIGHTS[kind] * random.uniform(0.9, 1.1), row)
        if height is None or not TRICYCLE[0] <= height <= TRICYCLE[1]:
            return None
        size = height * max(cutout.mask.shape) / cutout.mask.shape[0]
        return shaped(cutout, size, 0.0, 1.0, mirrored=mirrored)
    cutout = muted(cutout, random.uniform(0.7, 1.0), random.uniform(0.6, 1.0))
    low, high = sizes[kind]
    size = float(np.clip(low + (high - low) * view.nearness(row) * random.uniform(0.6, 1.15), low, high))
    lies = kind == "cigarette_butt"
    turn = random.uniform(0, 360) if lies else random.uniform(-20, 20)
    squeeze = random.uniform(0.6, 0.95) if lies else random.uniform(0.8, 1.0)
    return shaped(cutout, size, turn, squeeze, mirrored=mirrored)
