"""One table of what is to be reached: a line for each figure, with its goal and the verdict."""

import sys
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What a figure is held against: `found` of a unit, at most or at least so much."""

    found: float
    unit: str
    limit: float
    kind: Literal["at most", "at least"] = "at most"

    @property
    def is_reached(self) -> bool:
        """Whether it is."""
        return self.found <= self.limit if self.kind == "at most" else self.found >= self.limit

    def __str__(self) -> str:
        verdict = "reached" if self.is_reached else "missed"
        wanted = f"goal {self.kind} {_figure(self.limit)}"
        return f"{_figure(self.found):>8} {self.unit}, {wanted}: {verdict}"


def line(name: str, value: float, unit: str, *goals: Goal, beside: str = "") -> None:
    """Print a measurement, and whether it reaches its goals."""
    said = f"{name:44} {_figure(value):>8} {unit:9}"
    for place, goal in enumerate(goals):
        print(f"{said if not place else '':62} {goal}")
    if not goals:
        print(f"{said} {beside}".rstrip())
    sys.stdout.flush()


def _figure(value: float) -> str:
    """Return a number with three digits that say something, or as a whole."""
    if value >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.3g}"
