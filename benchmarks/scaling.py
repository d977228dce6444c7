"""How many machines a city needs, from the measured cost: ``python -m benchmarks.scaling``.

Each camera's street is still or moves; how often differs from street to street. A second of a camera costs its decoding
and its looks. The busiest hour of one machine is simulated second by second: what it cannot compute waits. A machine
holds as many cameras as leave the age of a result below half a second for all but a hundredth of the time.
"""

from dataclasses import dataclass
from math import ceil
from typing import Annotated, Final

import numpy as np
import typer

from detector.cluster.placement import SPARE, USABLE
from detector.detections import BoolArray
from detector.geometry import FloatArray
from detector.looking import Looking

CORES: Final = (2, 8, 32)
CITIES: Final = (1_000, 10_000)

_HOUR: Final = 3600
_MOVING_SECONDS: Final = 12.0
"""Mean length of a time with motion: somebody crosses the picture, and what they leave is new for a while."""
_SPREAD: Final = 0.8
"""Standard deviation of the logarithm of how busy streets are: one in twenty is four times as busy as the median."""
_MOST_BUSY: Final = 0.95
_OLDEST: Final = 0.5


@dataclass(frozen=True, slots=True)
class Cost:
    """What a camera costs, CPU seconds.

    Attributes:
        look: of one look: model, tracking, rules.
        decode: of one decoded picture, with the check for motion.
        fps: pictures a second of the camera.
    """

    look: float
    decode: float
    fps: float

    def seconds(self, moving: BoolArray, looking: Looking) -> FloatArray:
        """CPU seconds that a second takes in which a street moves or not."""
        rate = min(self.fps, looking.rate or self.fps)
        return np.asarray(self.fps * self.decode + self.look * np.where(moving, rate, 1 / looking.recheck), np.float64)


def streets(cameras: int, share: float, rng: np.random.Generator) -> BoolArray:
    """(seconds, cameras) whether each street moves, over an hour; ``share`` of the time on average."""
    busy = np.clip(share * rng.lognormal(-(_SPREAD**2) / 2, _SPREAD, cameras), 0.001, _MOST_BUSY)
    stops = 1 / _MOVING_SECONDS
    starts = stops * busy / (1 - busy)
    moving = np.empty((_HOUR, cameras), np.bool_)
    moving[0] = rng.random(cameras) < busy
    for second in range(1, _HOUR):
        chance = rng.random(cameras)
        moving[second] = np.where(moving[second - 1], chance >= stops, chance < starts)
    return moving


def age(demand: FloatArray, cores: int) -> float:
    """How old results are, seconds, for all but a hundredth of the time.

    Args:
        demand: (seconds,) CPU seconds that each second asks for.
        cores: of the machine.
    """
    waiting, ages = 0.0, np.empty(len(demand))
    for second, asked in enumerate(demand.tolist()):
        waiting = max(0.0, waiting + asked - cores * USABLE)
        ages[second] = waiting / (cores * USABLE)
    return float(np.quantile(ages, 0.99))


def most_cameras(cores: int, share: float, cost: Cost, looking: Looking, rng: np.random.Generator) -> int:
    """How many cameras a machine holds: more are added to the same ones until results are too old."""
    least = cost.seconds(np.array([False]), looking)[0]
    demand = cost.seconds(streets(ceil(cores / least), share, rng), looking).cumsum(axis=1)
    low, high = 0, demand.shape[1]
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if age(demand[:, middle - 1], cores) < _OLDEST else (low, middle)
    return low


def main(
    look: Annotated[float, typer.Option(help="CPU milliseconds of a look.")] = 68.0,
    decode: Annotated[float, typer.Option(help="CPU milliseconds of a decoded picture and its check.")] = 1.4,
    fps: Annotated[float, typer.Option(help="Pictures a second of a camera.")] = 10.0,
    seed: Annotated[int, typer.Option(help="The same seed gives the same streets.")] = 0,
) -> None:
    """Print cameras a machine and machines a city, for streets that move more or less."""
    cost, looking = Cost(look / 1000, decode / 1000, fps), Looking()
    typer.echo(
        f"{look:g} ms a look, {decode:g} ms a picture, {fps:g} pictures/s; {USABLE:.0%} of a machine for cameras"
    )
    heading = "".join(f"{f'{city:,} cameras':>16}" for city in CITIES)
    typer.echo(f"{'moving':>8}{'cores':>7}{'cameras':>9}{'a core':>8}{heading}")
    for share in (0.05, 0.1, 0.2, 0.4):
        for cores in CORES:
            most = most_cameras(cores, share, cost, looking, np.random.default_rng(seed))
            machines = "".join(f"{ceil(ceil(city / most) * (1 + SPARE)):16}" for city in CITIES)
            typer.echo(f"{share:8.0%}{cores:7}{most:9}{most / cores:8.1f}{machines}")


if __name__ == "__main__":
    typer.run(main)
