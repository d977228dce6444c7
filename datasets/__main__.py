"""The data tools on the command line: `python -m datasets --help` names them."""

from itertools import chain
from pathlib import Path
from typing import Annotated

import cv2
import typer
from rich.progress import track

from datasets.agreement import agreement
from datasets.collection import Collection, CollectionError, photos_in
from datasets.composition import Composition
from datasets.contact_sheet import contact_sheet
from datasets.data_card import data_card
from datasets.faults import faults, name_faults
from datasets.importing import Form, Split, annotations, form_of, parse_mapping, translate
from datasets.importing import write as write_imported
from datasets.known_faults import KNOWN_FAULTS, KnownFaults
from datasets.labels import LabelError, write_labels
from datasets.teacher import Teacher, TrainingExtraMissingError
from datasets.training_set import TrainingSet, TrainingSetError
from datasets.trial import Trial

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Checks, labels and assembles photos.")

Data = Annotated[Path, typer.Argument(help="Data file of the collection.")]
Weights = Annotated[Path, typer.Option(help="COCO weights of the teacher, a safetensors file.")]
TeacherFolder = Annotated[Path, typer.Option(help="Folder of teacher labels, one file a photo.")]

STREET = Path(__file__).with_name("street.yaml")
REPLAY = Path("../shared/data/replay")
COCO_WEIGHTS = Path("../shared/weights/yolo26n-coco.safetensors")
TEACHER_LABELS = Path("runs/teacher")
TRAINING_SET = Path("runs/data")
TRIAL = Path("runs/trial")


@app.command("import")
def import_export(
    export: Annotated[
        Path, typer.Argument(help="data.yaml (YOLO), JSON file (COCO, Label Studio) or folder of XML files (VOC).")
    ],
    out: Annotated[Path, typer.Argument(help="New folder for photos, labels and street.yaml.")],
    form: Annotated[Form | None, typer.Option(help="Form of the export, where it cannot be told.")] = None,
    photos: Annotated[Path | None, typer.Option(help="Folder of the photos, if not beside the export.")] = None,
    renamed: Annotated[
        list[str] | None, typer.Option("--map", help="车=e_tricycle; nothing after = leaves a class out. Repeatable.")
    ] = None,
    prefix: Annotated[str, typer.Option(help="Put before each name: says where the photos are from.")] = "",
    split: Annotated[Split, typer.Option(help="Split of photos for which the export names none.")] = Split.TRAIN,
    skip_faulty: Annotated[bool, typer.Option(help="Leave faulty photos out and take the others.")] = False,
) -> None:
    """Takes in an export of a label tool. A line a fault; with faults nothing is written unless --skip-faulty."""
    mapping = parse_mapping(renamed or ())
    imported = translate(annotations(export, form or form_of(export), photos, split.value), mapping)
    for fault in imported.faults:
        typer.echo(fault)
    if imported.faults and not skip_faulty:
        typer.echo(f"{len(imported.faults)} faults; nothing was written (--skip-faulty takes the others)", err=True)
        raise typer.Exit(1)
    splits = write_imported(imported, out, prefix).splits
    counted = ", ".join(f"{count} {name}" for name, count in splits.items()) or "no"
    typer.echo(f"{counted} photos in {out}, {len(imported.faults)} faults", err=True)


@app.command()
def check(data: Data = STREET) -> None:
    """Lists what is wrong with a collection, a line a fault. Exit status 1 if there is any."""
    count = 0
    collection = Collection.read(data)
    for fault in chain(name_faults(data, collection.names), faults(collection)):
        typer.echo(fault)
        count += 1
    typer.echo(f"{count} faults", err=True)
    if count:
        raise typer.Exit(1)


@app.command()
def card(
    data: Data = STREET,
    teacher: Annotated[
        Path | None, typer.Option(help="Folder of teacher labels; otherwise a sixth column tells them.")
    ] = None,
    confidence: Annotated[float, typer.Option(help="Teacher labels below are not counted.")] = 0.4,
    out: Annotated[Path, typer.Option(help="Writes OUT.md and OUT.json.")] = Path("runs/data-card"),
) -> None:
    """Counts a collection by class, size and source, human and teacher labels apart."""
    counted = data_card(Collection.read(data), teacher, confidence)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.with_suffix(".md").write_text(counted.markdown(f"Data card of {data.stem}"), encoding="utf-8")
    out.with_suffix(".json").write_text(counted.model_dump_json(indent=1), encoding="utf-8")
    typer.echo(f"{counted.boxes():,} boxes counted: {out.with_suffix('.md')}, {out.with_suffix('.json')}", err=True)


@app.command()
def label(
    folders: Annotated[list[Path], typer.Argument(help="Folders of photos, looked through to the bottom.")],
    weights: Weights = COCO_WEIGHTS,
    out: TeacherFolder = TEACHER_LABELS,
    confidence: Annotated[float, typer.Option(help="Boxes below are not kept.", min=0.0, max=1.0)] = 0.1,
) -> None:
    """Lets the COCO teacher label people and vehicles. Photos that have a label file already are skipped."""
    photos = [photo for folder in folders for photo in photos_in(folder)]
    if not photos:
        raise TrainingSetError(f"no photos in {', '.join(map(str, folders))}")
    names = {photo.stem for photo in photos}
    if len(names) < len(photos):
        raise TrainingSetError("two photos share a name; label their folders into different --out folders")
    todo = [photo for photo in photos if not (out / f"{photo.stem}.txt").is_file()]
    teacher = Teacher(weights, confidence=confidence)
    for photo in track(todo, description="labelling"):
        write_labels(out / f"{photo.stem}.txt", teacher.label(photo), with_confidence=True)
    typer.echo(f"{len(todo)} photos labelled into {out}, {len(photos) - len(todo)} had labels", err=True)


@app.command()
def prepare(
    data: Data = STREET,
    replay: Annotated[Path, typer.Option(help="Folder of photos that keep the old classes alive.")] = REPLAY,
    teacher: TeacherFolder = TEACHER_LABELS,
    out: Annotated[Path, typer.Option(help="Folder to write; its images and labels are replaced.")] = TRAINING_SET,
    confidence: Annotated[float, typer.Option(help="Teacher labels below are not trained on.")] = 0.4,
    grounds: Annotated[int, typer.Option(help="Empty grounds to cut out.", min=0)] = 150,
    collages: Annotated[int, typer.Option(help="Collages of shrunken butts to make.", min=0)] = 90,
    seed: Annotated[int, typer.Option(help="Makes the same set again.")] = 0,
    composed: Annotated[Path | None, typer.Option(help="Folder that `compose` wrote, to mix in.")] = None,
    known_faults: Annotated[
        Path, typer.Option(help="Training photos with wrong labels, and what to do about them.")
    ] = KNOWN_FAULTS,
) -> None:
    """Assembles the folder that train.py reads."""
    collection = Collection.read(data)
    known = KnownFaults.read(known_faults)
    training_set = TrainingSet(
        collection, replay, teacher, out, confidence, grounds, collages, seed, composed, faults=known
    )
    for kind, count in training_set.assemble().items():
        typer.echo(f"{kind}: {count}")


@app.command()
def compose(
    data: Annotated[Path, typer.Argument(help="Data file that `prepare` wrote.")] = TRAINING_SET / "street.yaml",
    teacher: TeacherFolder = TEACHER_LABELS,
    out: Annotated[Path, typer.Option(help="New folder to write.")] = Path("runs/composed"),
    pictures: Annotated[int, typer.Option(help="Roads with pasted litter.", min=0)] = 400,
    empty: Annotated[int, typer.Option(help="Roads without, with dashes above all.", min=0)] = 200,
    sheet: Annotated[int, typer.Option(help="Pictures on the contact sheet.", min=1)] = 32,
    seed: Annotated[int, typer.Option(help="Makes the same pictures again.")] = 0,
) -> None:
    """Pastes butts, litter and tricycles on roads, small and blurred as a pole camera sees them."""
    composition = Composition(Collection.read(data), teacher, out, pictures, empty, seed)
    made = list(track(composition.compose(), description="composing", total=pictures + empty))
    # Evenly over all of them, so that both kinds are seen.
    shown = made[:: max(1, len(made) // sheet)][:sheet]
    cv2.imwrite(str(out / "contact-sheet.jpg"), contact_sheet(shown))
    counted = ", ".join(f"{count} {name}" for name, count in composition.counts.items())
    typer.echo(f"{len(made)} pictures in {out}, pasted: {counted}; look at {out / 'contact-sheet.jpg'}", err=True)


@app.command()
def trial(
    data: Data = STREET,
    replay: Annotated[Path, typer.Option(help="Folder of replay photos; those held out from training serve.")] = REPLAY,
    teacher: TeacherFolder = TEACHER_LABELS,
    out: Annotated[Path, typer.Option(help="New folder to write far-butts and empty-streets into.")] = TRIAL,
    pictures: Annotated[int, typer.Option(help="Full HD pictures with far butts.", min=1)] = 30,
    seed: Annotated[int, typer.Option(help="Makes the same pictures again.")] = 0,
) -> None:
    """Makes pictures to measure a model on: butts of 8 to 12 px in full HD, and empty streets. Never train on them."""
    made = Trial.of(Collection.read(data), replay, teacher, seed)
    far = list(track(made.far_butts(out / "far-butts", pictures), description="far butts", total=pictures))
    empty = list(made.empty_streets(out / "empty-streets"))
    typer.echo(f"{len(far)} pictures with far butts and {len(empty)} empty streets in {out}", err=True)


@app.command()
def agree(
    model: Annotated[Path, typer.Argument(help="Exported street model.")],
    video: Annotated[Path, typer.Argument(help="Clip that neither of the two was trained on.")],
    weights: Weights = COCO_WEIGHTS,
    every: Annotated[int, typer.Option(help="Look at every n-th frame.", min=1)] = 10,
    confidence: Annotated[float, typer.Option(help="Detections below do not count, on either side.")] = 0.4,
) -> None:
    """Compares a model's people with those of its teacher on a clip."""
    found = agreement(model, Teacher(weights, confidence=confidence), video, every, confidence)
    typer.echo(
        f"{found.frames} frames: {found.teacher} people seen by the teacher, {found.model} by the model, "
        f"{found.both} by both: recall {found.recall:.3f}, precision {found.precision:.3f}"
    )


def main() -> None:
    """Runs a command; faults in the data end it with one line."""
    try:
        app()
    except (
        CollectionError,
        LabelError,
        TrainingSetError,
        TrainingExtraMissingError,
        OSError,
    ) as error:
        typer.echo(f"error: {error}", err=True)
        raise SystemExit(1) from error


if __name__ == "__main__":
    main()
