"""Policy sets and their versions as a person reads them: from the JSON that the service answers."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.text import Text

from api.cli.diagnostics_view import counts
from api.cli.terminal import toned
from api.examination.check import Totals
from engine.source.layout import Tone, printable

Document = Mapping[str, Any]

_STATES = {
    "draft": Tone.QUIET,
    "in review": Tone.OPEN,
    "approved": Tone.ALLOW,
    "rejected": Tone.DENY,
}
_DONE = {
    "import": "imported",
    "upload": "uploaded",
    "submit": "submitted",
    "approve": "approved",
    "reject": "rejected",
    "activate": "activated",
    "rollback": "put back",
}
_NEXT = {
    "draft": "submit it for review: `assent policies submit {}`",
    "in review": "another person approves it: `assent policies approve {}`",
    "approved": "bring it into force: `assent policies activate {}`",
    "rejected": "mend it and push it again",
}


def findings_lines(version: Document, root: Path | None = None) -> Iterator[Text]:
    """Yield the diagnostics of a version, and its tests that fail."""
    for each in version["check"]["diagnostics"]:
        yield from _diagnostic(each, root)
        yield Text()
    for failed in (version["test"] or {}).get("failures", ()):
        place = _place(failed["file"], root)
        yield toned("FAILED  ", Tone.DENY) + toned(printable(failed["title"]), Tone.TITLE)
        yield toned(f"  {place}:{failed['line']}", Tone.POINTER)
        for words in failed["failures"]:
            yield toned(f"  {printable(words)}")
        yield Text()


def _diagnostic(each: Document, root: Path | None) -> Iterator[Text]:
    is_error = each["severity"] == "error"
    head = toned(f"{each['severity']}[{each['code']}]:", Tone.DENY if is_error else Tone.OPEN)
    yield head + toned(f" {printable(each['headline'])}", Tone.TITLE)
    start = each["start"]
    place = f"{_place(each['file'], root)}:{start['line']}:{start['column']}"
    yield toned(" --> ", Tone.QUIET) + toned(place, Tone.POINTER)
    if each["help"]:
        yield toned("  = ", Tone.QUIET) + toned(f"help: {printable(each['help'])}", Tone.REMEDY)


def _place(name: str, root: Path | None) -> str:
    return printable(name if root is None else str(root / name))


def pushed_lines(version: Document, *, is_new: bool) -> Iterator[Text]:
    """Yield what became of an upload, and what to do next."""
    name = f"{version['policy_set']} {version['version']}"
    verb = "uploaded" if is_new else "unchanged"
    yield toned(f"{verb}  ", Tone.TITLE) + toned(name, Tone.POINTER) + _state(version)
    yield from _soundness(version)
    yield _pair("next", _advice(version))


def _advice(version: Document) -> str:
    if not version["is_sound"]:
        return "mend it and push it again; as it is it cannot be submitted"
    if version["is_in_force"]:
        return "nothing: it is in force"
    of_set = "" if version["policy_set"] == "assent" else f" --set {version['policy_set']}"
    return _NEXT[version["state"]].format(version["version"] + of_set)


def _soundness(version: Document) -> Iterator[Text]:
    found = version["check"]
    totals = Totals(errors=found["errors"], warnings=found["warnings"], files=found["files"])
    yield _pair("check", counts(totals), Tone.DENY if found["errors"] else Tone.ALLOW)
    tests = version["test"]
    if tests is None:
        yield _pair("tests", "not run", Tone.QUIET)
    else:
        line = f"{tests['passed']} passed, {tests['failed']} failed"
        yield _pair("tests", line, Tone.DENY if tests["failed"] else Tone.ALLOW)


def sets_lines(sets: Sequence[Document]) -> Iterator[Text]:
    """Yield each policy set with what is in force, and what is to come."""
    if not sets:
        yield toned("there is no policy set that this key may see")
    for each in sets:
        yield from set_lines(each)


def set_lines(each: Document) -> Iterator[Text]:
    """Yield what is in force in a set, what was before, and what is to come."""
    yield toned(each["name"], Tone.TITLE)
    turn = each["in_force"]
    if turn is None:
        yield _pair("in force", "nothing", Tone.OPEN)
    else:
        yield _pair("in force", _turn(turn), Tone.ALLOW)
    if each["before"] is not None:
        yield _pair("before", each["before"]["version"], Tone.QUIET)
    if each["scheduled"] is not None:
        yield _pair("to come", _turn(each["scheduled"]), Tone.OPEN)


def _turn(turn: Document) -> str:
    return f"{turn['version']} from {_time(turn['from'])}, by {printable(turn['actor'])}"


def versions_lines(versions: Sequence[Document]) -> Iterator[Text]:
    """Yield a line for each version, the newest first."""
    for each in versions:
        line = toned(f"  {each['version']}", Tone.POINTER) + _state(each, 9)
        author = f"  {_time(each['uploaded_at'])}  {printable(each['author'])}"
        yield line + toned(author, Tone.QUIET)


def version_lines(version: Document) -> Iterator[Text]:
    """Yield what a version is, what was found of it, and its history."""
    name = f"{version['policy_set']} {version['version']}"
    yield toned(name, Tone.POINTER) + _state(version)
    yield _pair("digest", version["digest"], Tone.QUIET)
    yield from _soundness(version)
    for event in version["history"]:
        yield from _event(event)


def _event(event: Document) -> Iterator[Text]:
    done = _DONE[event["transition"]]
    since = event["in_force_from"]
    when = f", in force from {_time(since)}" if since not in (None, event["at"]) else ""
    gone = ", cancelled" if event["is_cancelled"] else ""
    words = f"{_time(event['at'])} by {printable(event['actor'])}{when}{gone}"
    entry = toned(f", entry {event['index']}", Tone.QUIET)
    yield toned(f"  {done.ljust(10)}") + toned(words) + entry
    if event["reason"] is not None:
        yield toned(f"{' ' * 12}{printable(event['reason'])}", Tone.REMEDY)


def _state(version: Document, width: int = 0) -> Text:
    state = "in force" if version["is_in_force"] else version["state"]
    tone = Tone.ALLOW if version["is_in_force"] else _STATES[version["state"]]
    unsound = toned("  unsound", Tone.DENY) if not version["is_sound"] else Text()
    return toned(f"  {state.ljust(width)}", tone) + unsound


def _time(text: str) -> str:
    """Return an instant to the second, as people read it."""
    return f"{text[:19].replace('T', ' ')} UTC"


def _pair(name: str, words: str, tone: Tone = Tone.PLAIN) -> Text:
    return toned(f"  {name.ljust(10)}") + toned(words, tone)
