"""Whether memory and open files stay bounded: ``python -m benchmarks.soak --hours 8 --pace max``.

The whole product runs as a user starts it, ``streetwarden serve`` with its engine and the registered model, on cameras
that play the still street of :mod:`benchmarks.still_street` again and again: two walkers, an e-tricycle and a bag of
garbage every 200 s, each with evidence, a clip and a case. With ``--pace max`` a camera's time passes as fast as the
machine can follow it; what is counted is camera time. Memory is what the operating system holds for a process (RSS).
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Final

import av
import httpx
import psutil
import typer

from benchmarks.looking_less import ROOT, Counted, clips
from detector.scene import Scene
from detector.sources import Pace
from tests.end_to_end.conftest import RunningOffice

WARM_UP_HOURS: Final = 0.25
"""Camera time, of each camera, after which rings, caches and pools are full: the longest ring holds half a minute."""
SHARE: Final = 0.15
"""Of the samples after the warm-up: the first and the last such share are compared, by their medians."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What a process held at one moment.

    Attributes:
        hours: camera time that had passed, hours of each camera.
        memory: bytes (RSS).
        handles: open file descriptors.
    """

    hours: float
    memory: int
    handles: int


def main(
    hours: Annotated[float, typer.Option(help="Camera time, all cameras together.")] = 8.0,
    cameras: Annotated[int, typer.Option(min=1, help="Cameras.")] = 2,
    pace: Annotated[Pace, typer.Option(help="max: as fast as the machine can follow; real: as a camera.")] = "max",
    minutes: Annotated[float, typer.Option(help="End after this much time by the clock all the same.")] = 600.0,
    every: Annotated[float, typer.Option(help="Seconds between two samples.")] = 10.0,
    shared: Annotated[Path, typer.Option(help="Folder with video and data.")] = ROOT.parent / "shared",
    runs: Annotated[Path, typer.Option(help="Folder for the clip that is made.")] = ROOT / "runs",
) -> None:
    """Run the product and print how memory and handles of its processes grew, as JSON; 1 where a limit is passed."""
    os.environ["STREETWARDEN_ENGINE_PACE"] = pace
    with tempfile.TemporaryDirectory(prefix="sw-soak-") as name:
        folder = Path(name)
        still, *_ = clips(shared, runs, Counted.load())
        start = datetime.now(UTC) - timedelta(hours=hours / cameras + 1)
        dated = _dated(still.path, start, folder / "still.mp4")
        office = RunningOffice(folder / "office")
        office.start()
        try:
            run = Run(hours, cameras, start, minutes * 60, every)
            figures = run.soak(office, still.scene, dated)
            figures["seconds to stop"] = round(office.stop(), 1)
        finally:
            if office.process is not None and office.process.poll() is None:
                office.kill()
        figures["verify"] = _verified(office.data)
    json.dump(figures, sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")


@dataclass(frozen=True, slots=True)
class Run:
    """How long to run, and how often to look.

    Attributes:
        hours: camera time, all cameras together.
        cameras: how many.
        start: when the first frames were taken.
        limit: seconds by the clock after which it ends all the same; ``every``: seconds between two samples.
    """

    hours: float
    cameras: int
    start: datetime
    limit: float
    every: float

    def soak(self, office: RunningOffice, scene: Scene, clip: Path) -> dict[str, object]:
        """Let cameras play a clip and answer what the processes held."""
        begun = time.monotonic()
        client = office.client()
        document = scene.model_dump(mode="json", exclude={"camera"})
        for number in range(self.cameras):
            body = {"id": f"still-{number}", "name": "静街", "source": f"loop:{clip}", "scene": document}
            client.post("/cameras", json=body).raise_for_status()
        samples: dict[str, list[Sample]] = {"office": [], "engine": []}
        passed = 0.0
        while passed * self.cameras < self.hours and time.monotonic() - begun < self.limit:
            time.sleep(self.every)
            try:
                passed = _camera_hours(client, self.start)
            except (
                httpx.TimeoutException
            ):  # a machine that others use as well; the processes are looked at all the same
                sys.stderr.write("\nthe office did not answer in time\n")
            engine = office.engine_pid()
            if office.process is not None and engine is not None:
                samples["office"].append(_sample(office.process.pid, passed))
                samples["engine"].append(_sample(engine, passed))
            sys.stderr.write(f"\r{passed * self.cameras:6.2f} of {self.hours:g} camera-hours")
            sys.stderr.flush()
        system = client.get("/system").json()
        return {
            "camera-hours": round(passed * self.cameras, 2),
            "cameras": self.cameras,
            "minutes by the clock": round((time.monotonic() - begun) / 60, 1),
            "cases": client.get("/cases", params={"limit": 1}).json()["total"],
            "outbox": system["engine"]["outbox"],
            "restarts of the engine": system["engine"]["restarts"],
            "office": _growth(samples["office"]),
            "engine": _growth(samples["engine"]),
            "load average": os.getloadavg()[0],
        }


def _growth(samples: Sequence[Sample]) -> dict[str, object]:
    """Memory and handles at the start, after the warm-up, and at the end."""
    warm = [sample for sample in samples if sample.hours >= WARM_UP_HOURS]
    share = max(1, round(len(warm) * SHARE))
    if len(warm) < 2 * share:
        return {"samples": len(warm), "growth": "too short to say"}
    figures: dict[str, object] = {"samples": len(warm)}
    for name, unit in (("memory", 1 << 20), ("handles", 1)):
        values = [getattr(sample, name) / unit for sample in warm]
        first, last = statistics.median(values[:share]), statistics.median(values[-share:])
        figures[name] = {
            "start": round(first, 1), "end": round(last, 1), "most": round(max(values), 1),
            "growth": round(last / first - 1, 4),
        }  # fmt: skip
    return figures


def _sample(pid: int, hours: float) -> Sample:
    process = psutil.Process(pid)
    return Sample(hours, process.memory_info().rss, process.num_fds())


def _camera_hours(client: httpx.Client, start: datetime) -> float:
    """Hours of camera time that have passed for the slowest camera."""
    states = [camera["status"] for camera in client.get("/cameras").json()["items"]]
    newest = [state and state["last_frame_at"] for state in states]
    return min((datetime.fromisoformat(at) - start).total_seconds() if at else 0.0 for at in newest) / 3600


def _dated(clip: Path, start: datetime, target: Path) -> Path:
    """A copy of a clip that says when it was taken: so long ago that its cases do not lie in the future."""
    with av.open(str(clip)) as source, av.open(str(target), "w") as copy:
        copy.metadata["creation_time"] = start.isoformat()
        stream = copy.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                copy.mux(packet)
    return target


def _verified(data: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "service.cli", "verify", "--all", "--data", str(data)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return (done.stdout + done.stderr).strip().splitlines()[-1]


if __name__ == "__main__":
    typer.run(main)
