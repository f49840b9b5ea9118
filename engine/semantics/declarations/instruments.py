"""Instruments, and the provisions of them that are cited."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ...syntax import tree as syntax
from ...syntax.visit import items_of
from .. import faults
from ..findings import Report
from ..tree import Citation
from .names import Names


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """A law, standard or internal policy that may be cited."""

    name: str
    title: str
    url: str


def instruments(files: Iterable[syntax.File], names: Names) -> dict[str, Instrument]:
    """Return the instruments that the files declare, by name."""
    found = {}
    for item in items_of(syntax.Instrument, files):
        if names.claim("instrument", item.name.text, item.name.span):
            name = item.name.text
            found[name] = Instrument(name=name, title=item.title.value, url=item.url.value)
    return found


def cited(
    clause: syntax.SourceClause | None, known: Mapping[str, Instrument], report: Report
) -> tuple[Citation, ...]:
    """Return the provisions that a clause cites, reporting instruments that nobody declares."""
    written = clause.citations if clause is not None else ()
    return tuple(made for node in written if (made := _citation(node, known, report)) is not None)


def _citation(
    node: syntax.Citation, known: Mapping[str, Instrument], report: Report
) -> Citation | None:
    name = node.instrument.text
    instrument = known.get(name)
    if instrument is None:
        report(faults.names.unknown_instrument(node.instrument.span, name, known))
        return None
    return Citation(
        instrument=name, title=instrument.title, provision=node.provision, url=instrument.url
    )
