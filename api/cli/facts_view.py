"""Standing facts as a person reads them: from the JSON that the service answers."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.text import Text

from api.cli.terminal import toned
from api.cli.waiver_view import days_of
from engine.source.layout import Tone, printable

Document = Mapping[str, Any]


def facts_lines(found: Sequence[Document]) -> Iterator[Text]:
    """Yield a line or two for each standing fact."""
    if not found:
        yield toned("nothing is recorded")
    for each in found:
        yield toned(f"{each['id']}  ", Tone.POINTER) + toned(_subject(each), Tone.TITLE)
        days = f"  {days_of(each)}, by {printable(each['recorded_by'])}: "
        paths = ", ".join(path for path, _ in _stated(each["facts"]))
        yield toned(days, Tone.QUIET) + toned(printable(paths))


def fact_lines(fact: Document) -> Iterator[Text]:
    """Yield a version of a standing fact: what it states, by whom, and on what evidence."""
    tone = Tone.DENY if fact["state"] == "withdrawn" else Tone.ALLOW
    name = toned(f"{fact['id']}  version {fact['version']}", Tone.POINTER)
    yield name + toned(f"  {fact['state']}", tone)
    if "subject" in fact:
        yield _pair("about", _subject(fact), Tone.TITLE)
        for path, value in _stated(fact["facts"]):
            yield _pair("states", f"{path}: {json.dumps(value, ensure_ascii=False)}", Tone.VALUE)
        yield _pair("days", days_of(fact))
        yield _pair("evidence", fact["evidence"])
    at = f"{fact['recorded_at'][:19].replace('T', ' ')} UTC"
    yield _pair("by", f"{fact['recorded_by']}, {at}, entry {fact['entry']}", Tone.QUIET)
    if fact["reason"] is not None:
        yield _pair("reason", fact["reason"], Tone.REMEDY)


def _subject(fact: Document) -> str:
    return printable(f"{fact['subject']['kind']} {fact['subject']['name']}")


def _stated(value: Document, before: str = "") -> Iterator[tuple[str, object]]:
    """Yield each fact that is stated by its path; a list is one."""
    for name, inner in value.items():
        path = f"{before}.{name}" if before else name
        if isinstance(inner, dict):
            yield from _stated(inner, path)
        else:
            yield path, inner


def _pair(name: str, words: str, tone: Tone = Tone.PLAIN) -> Text:
    return toned(f"  {name.ljust(10)}", Tone.QUIET) + toned(printable(words), tone)
