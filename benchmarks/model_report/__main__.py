"""Write the model card anew: ``python -m benchmarks.model_report``, or ``make model-report``."""

from pathlib import Path
from typing import Annotated

import typer

from benchmarks.model_report.card import card, figures
from benchmarks.model_report.measures import reliabilities
from benchmarks.model_report.pictures import Gallery
from benchmarks.model_report.reliability_figure import reliability_figure
from benchmarks.model_report.report import make_report
from benchmarks.model_report.targets import targets
from datasets.collection import CollectionError
from datasets.known_faults import KnownFaults
from datasets.labels import LabelError
from datasets.teacher import TrainingExtraMissingError
from detector.figures import EvaluationExtraMissingError
from detector.registry import ModelError, Registry
from detector.sources import SourceError

ROOT = Path(__file__).resolve().parents[2]

FAULTS = (
    CollectionError,
    EvaluationExtraMissingError,
    LabelError,
    ModelError,
    OSError,
    SourceError,
    TrainingExtraMissingError,
)


def main(
    model: Annotated[str | None, typer.Option(help="Name in the registry; the default model if left out.")] = None,
    models: Annotated[Path, typer.Option(help="Folder of the registry; the card is written into it.")] = ROOT
    / "models",
    data: Annotated[Path, typer.Option(help="Data file of the street photos.")] = ROOT / "datasets" / "street.yaml",
    shared: Annotated[Path, typer.Option(help="Folder with data/replay, weights and video.")] = ROOT.parent / "shared",
    runs: Annotated[Path, typer.Option(help="Folder for what is made; runs/report holds the failures.")] = ROOT
    / "runs",
) -> None:
    """Measure a model on everything that the card says and write the card, report.json and pictures of failures."""
    out = runs / "report"
    try:
        report = make_report(Registry.load(models), model, Gallery(data, shared, runs), out)
        text = card(report, KnownFaults.read())
        (models / "reliability.svg").write_text(reliability_figure(reliabilities(report.val)), encoding="utf-8")
        (models / "MODEL_CARD.md").write_text(text, encoding="utf-8")
        (out / "report.json").write_text(figures(report), encoding="utf-8")
    except FAULTS as error:
        typer.echo(f"model report: {error}", err=True)
        raise typer.Exit(1) from error
    for target in targets(report):
        typer.echo(
            f"{'reached' if target.met else 'MISSED':8}{target.name}: {target.measured} (wanted {target.wanted})"
        )
    typer.echo(f"{models / 'MODEL_CARD.md'}, {models / 'reliability.svg'}; failures: {out / 'failures'}", err=True)


if __name__ == "__main__":
    typer.run(main)
