"""Waivers as a person reads them: from the JSON that the service answers."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from rich.text import Text

from api.cli.terminal import toned
from engine.semantics.tree import Window
from engine.source.layout import Tone, printable

Document = Mapping[str, Any]

_TONES = {
    "requested": Tone.OPEN,
    "granted": Tone.ALLOW,
    "refused": Tone.DENY,
    "revoked": Tone.DENY,
    "expired": Tone.QUIET,
}
_DONE = {
    "request": "asked for",
    "grant": "granted",
    "refuse": "refused",
    "revoke": "revoked",
}
_NEXT = {
    "requested": "another person grants it: `assent waivers grant {}`",
    "granted": "it can be ended at any time: `assent waivers revoke {}`",
}


def waivers_lines(found: Sequence[Document]) -> Iterator[Text]:
    """Yield a line for each waiver, and why a granted one has no effect."""
    if not found:
        yield toned("no waiver is as you asked", Tone.QUIET)
    for each in found:
        yield _head(each)
        yield toned(f"  {printable(_whom(each))}, {days_of(each)}, {_uses(each)}")
        if each["state"] == "granted" and not each["in_effect"]:
            yield toned(f"  without effect: {printable(each['why'])}", Tone.OPEN)


def waiver_lines(made: Document, today: date) -> Iterator[Text]:
    """Yield all that there is to say of a waiver on a day, and what to do next."""
    yield _head(made)
    yield _pair("for", _whom(made))
    yield _pair("days", days_of(made))
    yield _pair("ticket", made["ticket"])
    yield _pair("reason", made["reason"])
    for each in made["evidence"]:
        yield _pair("evidence", each)
    if made["state"] == "granted":
        begun = "yes" if date.fromisoformat(made["from"]) <= today else f"from {made['from']} on"
        yield _pair("in effect", begun if made["in_effect"] else f"no: {made['why']}")
    yield _pair("used", _uses(made))
    for each in made["history"]:
        yield _event(each)
    if made["state"] in _NEXT:
        yield _pair("next", _NEXT[made["state"]].format(made["id"]))


def _head(made: Document) -> Text:
    state = toned(made["state"], _TONES.get(made["state"], Tone.PLAIN))
    name = toned(f"{printable(made['id'])}  ", Tone.TITLE)
    return name + state + toned(f"  {printable(made['rule'])}", Tone.POINTER)


def _whom(made: Document) -> str:
    named = [
        f"{word} {made[word]}" for word in ("campaign", "advertiser") if made[word] is not None
    ]
    markets = f" in {', '.join(made['markets'])}" if made["markets"] else ""
    return " of ".join(named) + markets


def days_of(made: Document) -> str:
    """Return the days on which a waiver or a standing fact holds, the last one included."""
    start, until = map(date.fromisoformat, (made["from"], made["until"]))
    return Window(start=start, until=until).days


def _uses(made: Document) -> str:
    count = made["used"]["decisions"]
    return {0: "in no decision", 1: "in 1 decision"}.get(count, f"in {count:,} decisions")


def _event(event: Document) -> Text:
    role = f" as {event['as']}" if event["as"] else ""
    reason = f": {event['reason']}" if event["reason"] else ""
    at = f"{event['at'][:19].replace('T', ' ')} UTC"
    told = f"by {event['actor']}{role}, {at}, entry {event['index']}{reason}"
    return _pair(_DONE[event["step"]], told)


def _pair(name: str, text: str) -> Text:
    return toned(f"  {name:<10}", Tone.QUIET) + toned(printable(text))
