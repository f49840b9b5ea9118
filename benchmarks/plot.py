"""Scaling curves as SVG (Scalable Vector Graphics 1.1): one small chart, both axes logarithmic."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10

Points = Sequence[tuple[float, float]]

WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 64, 150, 44, 48
_LINE = 14
_COLOURS = ("#1f5fa8", "#b4491f", "#3b7d3b", "#6b4a9a")
_HEAD = (
    f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
    ' font-family="sans-serif" font-size="12">'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """A logarithmic axis over whole powers of ten, from one pixel to another."""

    first: int
    last: int
    start: float
    end: float

    @classmethod
    def over(cls, values: Sequence[float], start: float, end: float) -> "Axis":
        """Return the axis that has room for values."""
        first, last = floor(log10(min(values))), ceil(log10(max(values)))
        return cls(first=first, last=max(last, first + 1), start=start, end=end)

    def at(self, value: float) -> float:
        """Return the pixel of a value."""
        share = (log10(value) - self.first) / (self.last - self.first)
        return round(self.start + share * (self.end - self.start), 1)

    @property
    def marks(self) -> list[int]:
        """The powers of ten on the axis."""
        return [10**power for power in range(max(self.first, 0), self.last + 1)]


def chart(title: str, units: tuple[str, str], curves: Mapping[str, Points], note: str) -> str:
    """Return a chart of curves, each with its name at its end; units are of x and of y."""
    points = [point for curve in curves.values() for point in curve]
    x = Axis.over([each for each, _ in points], LEFT, WIDTH - RIGHT)
    y = Axis.over([each for _, each in points], HEIGHT - BOTTOM, TOP)
    parts = [
        _HEAD,
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        _text(LEFT, 20, title, font_weight="bold"),
        _text(LEFT, HEIGHT - 8, f"{units[0]}; {note}", fill="#555555"),
        _text(LEFT - 6, TOP - 8, units[1], text_anchor="end", fill="#555555"),
        *_grid(x, y),
    ]
    places = _apart({name: y.at(curve[-1][1]) for name, curve in curves.items()})
    for colour, (name, curve) in zip(_COLOURS, curves.items(), strict=False):
        parts += _curve(curve, x, y, colour)
        parts.append(_text(x.at(curve[-1][0]) + 8, places[name] + 4, name, fill=colour))
    return "\n".join((*parts, "</svg>\n"))


def _apart(ends: Mapping[str, float]) -> dict[str, float]:
    """Return the heights of names beside the ends of their curves, none on another."""
    places: dict[str, float] = {}
    lowest = float("-inf")
    for name, end in sorted(ends.items(), key=lambda each: each[1]):
        places[name] = lowest = max(end, lowest + _LINE)
    return places


def _grid(x: Axis, y: Axis) -> list[str]:
    lines = []
    for mark in x.marks:
        at = x.at(mark)
        lines.append(_line(at, y.start, at, y.end))
        lines.append(_text(at, y.start + 16, f"{mark:,}", text_anchor="middle"))
    for mark in y.marks:
        at = y.at(mark)
        lines.append(_line(x.start, at, x.end, at))
        lines.append(_text(x.start - 6, at + 4, f"{mark:,}", text_anchor="end"))
    return lines


def _curve(curve: Points, x: Axis, y: Axis, colour: str) -> list[str]:
    places = [(x.at(across), y.at(up)) for across, up in curve]
    path = " ".join(f"{left},{top}" for left, top in places)
    dots = [f'<circle cx="{cx}" cy="{cy}" r="3" fill="{colour}"/>' for cx, cy in places]
    line = f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
    return [line, *dots]


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="#dddddd"/>'


def _text(x: float, y: float, text: str, **style: str) -> str:
    said = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in style.items())
    return f'<text x="{x}" y="{y}"{said}>{escape(text)}</text>'
