"""Population: who and what is on a simulated street, and what they do there."""

from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from detector.detections import ObjectClass
from detector.simulation.actor import Actor, Way
from detector.simulation.layout import Layout

_SIZES: Final = {
    ObjectClass.PERSON: (0.55, 1.7),
    ObjectClass.BICYCLE: (1.7, 1.05),
    ObjectClass.MOTORCYCLE: (1.9, 1.15),
    ObjectClass.CAR: (4.2, 1.5),
    ObjectClass.BUS: (9.5, 3.0),
    ObjectClass.TRUCK: (6.5, 2.7),
    ObjectClass.E_TRICYCLE: (2.4, 1.6),
    ObjectClass.GARBAGE: (0.6, 0.45),
    ObjectClass.CIGARETTE_BUTT: (0.11, 0.09),
}
"""Width and height as a camera above the street sees them, metres; a butt lies in the grime that it makes."""


@dataclass(slots=True)
class Population:
    """Fills a street with random actors.

    Args:
        layout: the street.
        seconds: how long it lives.
        rng: of all that is random.
    """

    layout: Layout
    seconds: float
    rng: np.random.Generator
    actors: list[Actor] = field(default_factory=list)
    _looks: int = 0
    _stands: list[tuple[float, float, float]] = field(default_factory=list)
    _litter: list[tuple[float, float]] = field(default_factory=list)

    def fill(self) -> list[Actor]:
        """All actors; how many of each kind there are differs from street to street."""
        minutes, busy = self.seconds / 60, self.rng.uniform(0.5, 1.5)
        rates = [
            (self._stroll, 1.2), (self._cross_at_crosswalk, 0.5), (self._jaywalk, 0.6), (self._step_over_edge, 0.25),
            (self._stand_on_road, 0.1), (self._climb, 0.2), (self._ride, 0.4), (self._drive, 1.2),
            (self._park, 0.35), (self._creep, 0.05), (self._hide, 0.12), (self._litter_garbage, 0.3),
            (self._litter_butts, 0.15), (self._blow_away, 0.05), (self._old_litter, 0.1),
        ]  # fmt: skip
        for act, rate in rates:
            for _ in range(self.rng.poisson(rate * minutes * busy)):
                act()
        return self.actors

    # People

    def _stroll(self) -> None:
        """One to four people walk along a pavement, some stop for a while."""
        start, together = self.rng.uniform(-10, self.seconds), int(self.rng.choice([1, 1, 1, 2, 3, 4]))
        near = self.rng.random() < 0.4
        depth = self._pavement(near=near)
        side, pace = self.rng.choice([-1, 1]), self.rng.uniform(0.9, 1.6)
        pause = self.rng.uniform(3, 40) if self.rng.random() < 0.25 else 0.0
        where = self.rng.uniform(-4, 4)
        low, high = (7.5, self.layout.road[1] - 0.9) if near else (self.layout.road[3] + 0.9, self.layout.fence[2] - 1)
        for _ in range(together):
            y = float(np.clip(depth + self.rng.uniform(-0.5, 0.5), low, high))
            edge = self.layout.camera.half_view(y) + 1.5
            x = where + self.rng.uniform(-1.2, 1.2)
            way: Way = [(start, -side * edge, y)]
            way.append((start + abs(x + side * edge) / pace, x, y))
            if pause:
                way.append((way[-1][0] + pause, x, y))
            way.append((way[-1][0] + abs(side * edge - x) / pace, side * edge, y))
            self._person(way)

    def _cross_at_crosswalk(self) -> None:
        left, near, right, far = self.layout.crosswalk
        x = self.rng.uniform(left + 0.8, right - 0.8)
        self._walk_across(x, x + self.rng.uniform(-0.3, 0.3), near - 1.2, far + 1.2)

    def _jaywalk(self) -> None:
        """Across the road away from the crosswalk, alone or in a group; some walk along the road for a while."""
        x = self._away_from_crosswalk()
        if x is None:
            return
        _, near, _, far = self.layout.road
        to = x + self.rng.uniform(-2, 2)
        if abs(to - (self.layout.crosswalk[0] + self.layout.crosswalk[2]) / 2) < 3.4:
            to = x
        for _ in range(int(self.rng.choice([1, 1, 1, 2, 3]))):
            shift = self.rng.uniform(-1, 1)
            self._walk_across(x + shift, to + shift, near - 1.3, far + 1.3)

    def _step_over_edge(self) -> None:
        """Onto the road for a moment and back."""
        x = self._away_from_crosswalk()
        if x is None:
            return
        near = self.rng.random() < 0.5
        kerb = self.layout.road[1] if near else self.layout.road[3]
        out = 1 if near else -1
        start = self.rng.uniform(0, self.seconds)
        self._person(
            [
                (start, x - 6, kerb - out * 1.4), (start + 4, x - 1, kerb - out * 1.4),
                (start + 5, x, kerb + out * 0.5), (start + 6, x + 1, kerb - out * 1.4),
                (start + 11, x + 7, kerb - out * 1.4),
            ]
        )  # fmt: skip

    def _stand_on_road(self) -> None:
        """Somebody works on the road and moves less than a step."""
        x = self._away_from_crosswalk()
        if x is None:
            return
        start, y = self.rng.uniform(0, self.seconds), self.rng.uniform(self.layout.road[1] + 2, self.layout.road[3] - 4)
        self._person([(start, x, y), (start + self.rng.uniform(10, 60), x + 0.2, y)])

    def _climb(self) -> None:
        """Over the fence behind the far pavement."""
        left, right, depth = self.layout.fence
        x = self.rng.uniform(left + 1.2, right - 1.2)
        start, out = self.rng.uniform(0, self.seconds), self.rng.choice([-1, 1])
        self._person(
            [
                (start, x - 3, depth - out * 1.6), (start + 3, x, depth - out * 1.5), (start + 5, x, depth - out * 0.2),
                (start + 6.5, x, depth + out * 0.2), (start + 9, x, depth + out * 2.2),
                (start + 15, x + 4, depth + out * 2.4),
            ]
        )  # fmt: skip

    def _ride(self) -> None:
        kind = ObjectClass(self.rng.choice([ObjectClass.BICYCLE, ObjectClass.MOTORCYCLE, ObjectClass.E_TRICYCLE]))
        way = self._lane(self.rng.uniform(3, 6))
        self._vehicle(kind, way)
        lift = 0.12 if kind is ObjectClass.E_TRICYCLE else 0.05
        self._person([(t, x, y + lift) for t, x, y in way], riding=True, size=(0.6, 1.55))

    # Vehicles

    def _drive(self) -> None:
        kinds = [ObjectClass.CAR, ObjectClass.BUS, ObjectClass.TRUCK]
        kind = ObjectClass(self.rng.choice(kinds, p=[0.8, 0.08, 0.12]))
        self._vehicle(kind, self._lane(self.rng.uniform(6, 12)))

    def _hide(self) -> None:
        """A bus or a truck stops on the near lane and hides what is behind it, or a crowd does."""
        start, stay = self.rng.uniform(0, self.seconds), self.rng.uniform(15, 55)
        x = self.rng.uniform(-6, 6)
        if self.rng.random() < 0.75:
            y = self.layout.road[1] + 2.0
            edge = self.layout.camera.half_view(y) + 7
            go = (edge + x) / 8
            kind = ObjectClass(self.rng.choice([ObjectClass.BUS, ObjectClass.TRUCK]))
            way = [(start, -edge, y), (start + go, x, y), (start + go + stay, x, y)]
            self._vehicle(kind, [*way, (way[-1][0] + (edge - x) / 8, edge, y)])
            return
        for _ in range(int(self.rng.integers(3, 6))):
            y, at = self.rng.uniform(8.3, self.layout.road[1] - 1.0), x + self.rng.uniform(-1.5, 1.5)
            edge = self.layout.camera.half_view(y) + 1
            go = (edge + at) / 1.4
            way = [(start, -edge, y), (start + go, at, y), (start + go + stay, at, y)]
            self._person([*way, (way[-1][0] + (edge - at) / 1.4, edge, y)])

    def _park(self) -> None:
        """An e-tricycle stands at the far kerb: for long or not, in the bay or beside it."""
        limit = self.layout.parking_limit
        stay = limit * (self.rng.uniform(0.2, 0.8) if self.rng.random() < 0.4 else self.rng.uniform(1.2, 4.0))
        left, _, right, _ = self.layout.bay
        in_bay = self.rng.random() < 0.25
        x = self.rng.uniform(left + 1.0, right - 1.0) if in_bay else self.rng.uniform(-7, 7)
        if not in_bay and left - 0.8 < x < right + 0.8:
            return
        y = self.layout.no_parking[1] + self.rng.uniform(1.0, 1.6)
        start = self.rng.uniform(-5, self.seconds)
        edge, pace = self.layout.camera.half_view(y) + 3, self.rng.uniform(3, 5)
        stands = (start + (x + edge) / pace, start + (x + edge) / pace + stay)
        if any(abs(x - at) < 3.2 and stands[0] - 150 < b and stands[1] + 150 > a for a, b, at in self._stands):
            return
        self._stands.append((*stands, x))
        way = [(start, -edge, y), (stands[0] - 1, x - 1, y), (stands[0], x, y), (stands[1], x, y)]
        self._vehicle(ObjectClass.E_TRICYCLE, [*way, (stands[1] + (edge - x) / pace, edge, y)])

    def _creep(self) -> None:
        """An e-tricycle that collects things: it moves on slowly and never stands."""
        y, start = self.layout.no_parking[1] + 1.2, self.rng.uniform(0, self.seconds)
        edge = self.layout.camera.half_view(y) + 3
        end = start + 2 * edge / self.rng.uniform(0.25, 0.5)
        if any(start - 20 < b and end + 20 > a for a, b, _ in self._stands):
            return
        self._stands.extend((start, end, float(x)) for x in range(-9, 10, 3))
        self._vehicle(ObjectClass.E_TRICYCLE, [(start, -edge, y), (end, edge, y)])

    # Litter

    def _litter_garbage(self) -> None:
        """Somebody drops a bag on the far pavement: for long, or it is picked up soon; some hit the bin."""
        limit = self.layout.garbage_limit
        stay = limit * self.rng.uniform(0.1, 0.7) if self.rng.random() < 0.35 else self.rng.uniform(1.4 * limit, 400)
        left, near, right, far = self.layout.bin
        in_bin = self.rng.random() < 0.2
        x = (left + right) / 2 if in_bin else self.rng.uniform(-8, 8)
        y = (near + far) / 2 if in_bin else self.layout.road[3] + self.rng.uniform(0.5, 1.2)
        if not in_bin and (left - 0.8 < x < right + 0.8 or not self._is_free(x, y, 1.5)):
            return
        drop = self.rng.uniform(5, self.seconds)
        edge = self.layout.camera.half_view(y) + 1.5
        beside = y + 0.3
        self._person([(drop - (x + edge) / 1.3, -edge, beside), (drop, x - 0.3, beside), (drop + 1, x, beside),
                      (drop + 1 + (edge - x) / 1.3, edge, beside)])  # fmt: skip
        self._thing(ObjectClass.GARBAGE, [(drop + 0.5, x, y), (drop + stay, x, y)])

    def _litter_butts(self) -> None:
        """One to five butts on a patch of the near pavement, one after another; some are swept up at once."""
        x, y = self.rng.uniform(-4.5, 4.5), self.rng.uniform(8.8, 10.2)
        if not self._is_free(x, y, 4.0):
            return
        start = self.rng.uniform(3, self.seconds)
        swept = start + (self.rng.uniform(2, 6) if self.rng.random() < 0.3 else self.rng.uniform(30, 500))
        patch = len(self._litter)
        for number in range(int(self.rng.integers(1, 6))):
            at = start if number == 0 else self.rng.uniform(start, start + 30)
            if at >= swept - 0.5:
                continue
            bx, by = x + self.rng.uniform(-0.4, 0.4), y + self.rng.uniform(-0.25, 0.25)
            self._thing(ObjectClass.CIGARETTE_BUTT, [(at, bx, by), (swept, bx, by)], patch=patch)

    def _blow_away(self) -> None:
        """A bag that the wind drives over the pavement."""
        y, start = self.layout.road[3] + 0.8, self.rng.uniform(0, self.seconds)
        edge = self.layout.camera.half_view(y)
        self._thing(ObjectClass.GARBAGE, [(start, -edge, y), (start + 2 * edge / self.rng.uniform(0.5, 1.5), edge, y)])

    def _old_litter(self) -> None:
        """Something that lies there since before the camera was switched on, like a sack of the street sweeper."""
        x, y = self.rng.uniform(-8, 8), self.layout.road[3] + self.rng.uniform(1.5, 2.4)
        if self._is_free(x, y, 1.5):
            self._thing(ObjectClass.GARBAGE, [(-1.0, x, y), (self.seconds + 1, x, y)], placed=True)

    # What the acts share

    def _walk_across(self, x: float, to: float, near: float, far: float) -> None:
        """From one pavement to the other, either way; groups begin a little after each other."""
        pace, start = self.rng.uniform(0.9, 1.6), self.rng.uniform(0, self.seconds)
        a, b = ((x, near), (to, far)) if self.rng.random() < 0.5 else ((to, far), (x, near))
        away = 7 * self.rng.choice([-1, 1])
        along = 7 / pace
        across = start + along + float(np.hypot(b[0] - a[0], b[1] - a[1])) / pace
        self._person(
            [(start, a[0] - away, a[1]), (start + along, *a), (across, *b), (across + along, b[0] + away, b[1])]
        )

    def _away_from_crosswalk(self) -> float | None:
        """An x on the seen part of the road where the crosswalk is far enough; None where the view has none."""
        left, _, right, _ = self.layout.crosswalk
        edge = self.layout.camera.half_view(self.layout.road[1]) - 0.8
        for _ in range(20):
            x = float(self.rng.uniform(-edge, edge))
            if not left - 1.5 < x < right + 1.5:
                return x
        return None

    def _pavement(self, *, near: bool) -> float:
        _, low, _, high = self.layout.road
        return float(self.rng.uniform(8.3, low - 1.0) if near else self.rng.uniform(high + 1.0, high + 2.0))

    def _lane(self, pace: float) -> Way:
        """Straight through, at one speed."""
        y = float(self.rng.choice([self.layout.road[1] + 2.0, self.layout.road[1] + 4.8]))
        start, side = self.rng.uniform(-5, self.seconds), self.rng.choice([-1, 1])
        edge = self.layout.camera.half_view(y) + 6
        return [(start, -side * edge, y), (start + 2 * edge / pace, side * edge, y)]

    def _is_free(self, x: float, y: float, room: float) -> bool:
        """Whether no other litter lies near; takes the place if so."""
        if any(abs(x - a) < room and abs(y - b) < room for a, b in self._litter):
            return False
        self._litter.append((x, y))
        return True

    def _person(self, way: Way, *, riding: bool = False, size: tuple[float, float] | None = None) -> None:
        tall = self.rng.uniform(0.9, 1.08)
        width, height = size or _SIZES[ObjectClass.PERSON]
        self._add(Actor(ObjectClass.PERSON, (width * tall, height * tall), way, self._new_look(), riding=riding))

    def _vehicle(self, kind: ObjectClass, way: Way) -> None:
        self._add(Actor(kind, _SIZES[kind], way, self._new_look()))

    def _thing(self, kind: ObjectClass, way: Way, *, placed: bool = False, patch: int = -1) -> None:
        self._add(Actor(kind, _SIZES[kind], way, self._new_look(), placed=placed, patch=patch))

    def _new_look(self) -> int:
        self._looks += 1
        return self._looks

    def _add(self, actor: Actor) -> None:
        """Keep what happens while the street lives."""
        if actor.starts < self.seconds and actor.ends > 0:
            plain = [(float(t), float(x), float(y)) for t, x, y in actor.way]
            self.actors.append(replace(actor, way=plain))
