"""The console script ``streetwarden``: the detector's commands, and those of the office."""

import asyncio
import errno
import socket
import sqlite3
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from sqlalchemy.exc import OperationalError

from datasets.collection import CollectionError
from detector import cli as detector_cli
from detector.registry import ModelError, Registry
from service import backup as backups
from service import bootstrap, logs
from service.audit import verify as audit_verify
from service.audit.signing import KeyFileError
from service.cases.transitions import DismissalReason
from service.demo.clip import ClipError, find_clip
from service.demo.seed import seed
from service.engine.__main__ import main as run_engine
from service.packages.workflow import export_case
from service.packages.writing import AlteredFileError
from service.retention.archive import archive_year
from service.retention.deletion import run_retention
from service.serving import Address
from service.serving import serve as serve_office
from service.settings import Settings
from service.training.export import REMINDER
from service.training.export import export_training as write_training

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Finds street disorder in camera frames and photos, and carries each as a case until it is settled.",
)
app.command("detect")(detector_cli.detect)
app.command("watch")(detector_cli.watch)
app.command("evaluate")(detector_cli.evaluate)
app.command("simulate")(detector_cli.simulate)
app.command("discover")(detector_cli.discover)

Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")]
Data = Annotated[Path, typer.Option(help="Folder of the database, the evidence and the engine's outbox.")]
ModelName = Annotated[str | None, typer.Option("--model", help="Name in models/registry.toml.")]

_DATES = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]


@app.callback()
def _main() -> None:
    """Log lines go to standard error: standard output is for data."""
    logs.configure()


@app.command()
def serve(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    data: Data = Path("data/office"),
    engine: Annotated[bool, typer.Option(help="Run the engine for the configured cameras beside the office.")] = True,
    model: ModelName = None,
) -> None:
    """Start the office and, unless told otherwise, the engine."""
    settings = _settings(data, "production")
    _check_port(host, port)
    if engine:
        _check_model(model)
    _prepare(settings)
    serve_office(settings, Address(host, port), with_engine=engine, engine_model=model)


@app.command()
def demo(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    data: Data = Path("data/demo"),
    model: ModelName = None,
) -> None:
    """Start the office with a camera on a real road clip, and a first set of people."""
    settings = _settings(data, "demo")
    _check_port(host, port)
    _check_model(model)
    _prepare(settings)
    clip: Path | None = None
    try:
        clip = find_clip(Path(".cache"))
    except ClipError as error:
        _say(f"{error}. The demo starts without a camera.")
    accounts = asyncio.run(seed(settings, clip))
    for account in accounts:
        _say(f"  user {account.username}  password {account.password}  ({account.role})")
    serve_office(settings, Address(host, port), with_engine=True, engine_model=model)


@app.command()
def engine(
    cluster: Annotated[
        str | None,
        typer.Option(
            envvar="STREETWARDEN_ENGINE_CLUSTER",
            help="Run the cameras on a Ray cluster: auto (this machine is part of it), HOST:6379, or ray://HOST:10001.",
        ),
    ] = None,
    status: Annotated[bool, typer.Option("--status", help="Print what runs where on the cluster, as JSON.")] = False,
    stop: Annotated[bool, typer.Option("--stop", help="Stop the cluster's cameras.")] = False,
) -> None:
    """Run an engine alone; settings: STREETWARDEN_ENGINE_OFFICE_URL, _KEY, _DATA, _MODEL; in a cluster also _SHARED."""
    if cluster is None:
        if status or stop:
            raise typer.BadParameter("--status and --stop are about a cluster: name it with --cluster")
        raise typer.Exit(run_engine())
    if find_spec("ray") is None:
        _fail("Ray is not installed: pip install 'street-warden[cluster]'")
    from service.engine.cluster import commands  # noqa: PLC0415 - needs Ray, which serving does not install

    raise typer.Exit(commands.stop(cluster) if stop else commands.status(cluster) if status else commands.run(cluster))


@app.command()
def verify(
    case: Annotated[str | None, typer.Argument(help="Number of a case, like JJ-20261124-00042.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every case and the whole chain.")] = False,
    data: Data = Path("data/office"),
) -> None:
    """Check that evidence and history are as they were written."""
    if (case is None) == (not everything):
        raise typer.BadParameter("name a case or say --all")
    settings = _settings(data, "production")
    _check_office(settings)
    _verify(settings, case)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="New TAR file. It holds keys and pictures of people: keep it safe.")],
    data: Data = Path("data/office"),
) -> None:
    """Back up an office on one box, also while it works: database, evidence and keys."""
    try:
        count = backups.backup(_settings(data, "production"), file)
    except (backups.BackupError, OSError, sqlite3.Error) as error:
        _fail(str(error))
    _say(f"{count} files in {file}")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="What backup wrote.", exists=True, dir_okay=False)],
    data: Data = Path("data/office"),
) -> None:
    """Make the office of a backup in a new folder, and verify it."""
    settings = _settings(data, "production")
    try:
        count = backups.restore(settings, file)
    except (backups.BackupError, OSError) as error:
        _fail(str(error))
    _say(f"{count} files in {settings.data}")
    _prepare(settings)  # a backup of an older version comes up to date
    _verify(settings, None)


@app.command()
def export(
    case: Annotated[str, typer.Argument(help="Number of a case, like JJ-20261124-00042.")],
    to: Annotated[Path, typer.Option(help="Folder for the package, NUMBER.zip.")],
    data: Data = Path("data/office"),
) -> None:
    """Write a case as one signed package: originals, copies, history, case file (PDF), and a script to check it."""
    settings = _settings(data, "production")
    _check_office(settings)
    try:
        path = asyncio.run(export_case(settings, case, to.resolve()))
    except (LookupError, AlteredFileError, KeyFileError, OSError, OperationalError, bootstrap.SchemaError) as error:
        _fail(str(error))
    typer.echo(path)


@app.command()
def archive(
    year: Annotated[int, typer.Argument(min=2000, max=2999, help="Year in which cases were closed.")],
    to: Annotated[Path, typer.Option(help="Folder in which a folder of the year is made.")],
    data: Data = Path("data/office"),
) -> None:
    """Archive the cases of a year, and write each as a signed package beside the ledger of them all."""
    settings = _settings(data, "production")
    _check_office(settings)
    try:
        done = asyncio.run(archive_year(settings, year, to.resolve()))
    except (KeyFileError, OSError, OperationalError, bootstrap.SchemaError) as error:
        _fail(str(error))
    for fault in done.faults:
        _say(fault)
    _say(f"{done.archived} cases archived; {done.packages} packages written, {done.kept} were there already")
    typer.echo(done.folder)
    if done.faults:
        raise typer.Exit(1)


@app.command()
def retention(
    apply: Annotated[bool, typer.Option("--apply", help="Delete; without it, only say what would be deleted.")] = False,
    data: Data = Path("data/office"),
) -> None:
    """Say what the retention rules would delete now, or delete it."""
    settings = _settings(data, "production")
    _check_office(settings)
    try:
        found = asyncio.run(run_retention(settings, apply=apply))
    except (OSError, OperationalError, bootstrap.SchemaError) as error:
        _fail(str(error))
    for rule, total in found.totals.items():
        typer.echo(f"{rule}\t{total.subjects} cases or photos\t{total.files} files\t{total.size} bytes")
    _say("deleted" if found.deleted else "nothing was deleted: this was a dry run; --apply deletes")


@app.command("export-training")
def export_training(
    since: Annotated[datetime, typer.Option(formats=_DATES, help="Decisions of this day or later, district's time.")],
    to: Annotated[Path, typer.Option(help="New folder for photos, labels and street.yaml.")],
    until: Annotated[datetime | None, typer.Option(formats=_DATES, help="Decisions before this day.")] = None,
    not_an_offence: Annotated[
        bool,
        typer.Option(
            "--not-an-offence-is-empty",
            help="Also take cases dismissed as not_an_offence for pictures without the object. Only where the "
            "district's operators use that reason for false alarms.",
        ),
    ] = False,
    data: Data = Path("data/office"),
) -> None:
    """Write reviewed cases as photos with labels: confirmed ones as positives, false alarms as hard negatives."""
    settings = _settings(data, "production")
    _check_office(settings)
    zone = settings.zone
    refuting = {DismissalReason.WRONG_OBJECT} | ({DismissalReason.NOT_AN_OFFENCE} if not_an_offence else set())
    end = until.replace(tzinfo=zone) if until is not None else None
    _say(REMINDER)
    try:
        exported = asyncio.run(
            write_training(settings, to.resolve(), since.replace(tzinfo=zone), end, frozenset(refuting))
        )
    except (CollectionError, OSError, OperationalError, bootstrap.SchemaError) as error:
        _fail(str(error))
    for fault in exported.faults:
        _say(fault)
    for reason, count in sorted(exported.left_out.items()):
        _say(f"left out: {count} {reason}")
    _say(f"{exported.photos} photos in {to}: {exported.positives} boxes, {exported.negatives} photos without any")
    if exported.faults:
        raise typer.Exit(1)


def _check_office(settings: Settings) -> None:
    """A folder without an office is said, not made into one."""
    if not settings.data.is_dir():
        _fail(f"{settings.data}: there is no office here: name its folder with --data")


def _verify(settings: Settings, case: str | None) -> None:
    try:
        found = asyncio.run(audit_verify.verify(settings, case))
    except (LookupError, KeyFileError, OperationalError) as error:
        _fail(str(error))
    for fault in found.faults:
        typer.echo(fault)
    checked = f"{found.rows} audit rows, {found.anchors} anchors, {found.cases} cases, {found.files} files"
    if found.faults:
        _say(f"{len(found.faults)} faults found in {checked}")
        raise typer.Exit(1)
    _say(f"everything is as it was written: {checked}")


def _prepare(settings: Settings) -> None:
    try:
        password = asyncio.run(bootstrap.prepare(settings))
    except (OSError, bootstrap.SchemaError, KeyFileError) as error:
        _fail(f"{settings.data}: {error}")
    if password is not None:
        _say("First start. The administrator, shown this once:")
        _say(f"  user {bootstrap.ADMINISTRATOR}  password {password}")


def _settings(data: Path, environment: str) -> Settings:
    try:
        return Settings.model_validate({"data": data, "environment": environment})
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise typer.BadParameter(f"settings: {faults}") from error


def _check_model(name: str | None) -> None:
    try:
        Registry.load().entry(name).read()
    except ModelError as error:
        _fail(str(error))


def _check_port(host: str, port: int) -> None:
    """A port that is taken is said at once, before anything is set up."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                _fail(f"port {port} is in use: stop what listens there or choose another: --port, make run PORT=8001")
            _fail(f"cannot listen on {host}:{port}: {error.strerror}")


def _fail(reason: str) -> None:
    _say(reason)
    raise typer.Exit(1)


def _say(text: str) -> None:
    typer.echo(text, err=True)


if __name__ == "__main__":
    app()
