"""API keys as a person reads them, and as JSON; only a key just made is shown with its text."""

from collections.abc import Iterator
from datetime import UTC, datetime

from rich.text import Text

from api.cli.terminal import toned
from engine.source.layout import Tone, printable
from engine.storage.keys import ApiKey, NewApiKey

_TONES = {"in force": Tone.ALLOW, "expired": Tone.QUIET, "revoked": Tone.DENY}


def key_lines(made: NewApiKey) -> Iterator[Text]:
    """Yield the lines that show a key, the only time that it is shown."""
    yield toned(f"  {made.key.name}", Tone.TITLE) + toned(f"  {key_meant(made.key)}", Tone.QUIET)
    yield toned(f"    {made.token}", Tone.VALUE)


def key_document(made: NewApiKey) -> dict[str, object]:
    """Return the JSON form of a key just made."""
    return {**_said(made.key), "token": made.token}


def listed_lines(key: ApiKey, now: datetime) -> Iterator[Text]:
    """Yield the two lines of a key in a list: which it is, and what became of it."""
    state = _state(key, now)
    name = toned(f"{key.prefix}  ", Tone.POINTER) + toned(f"{state:<8}", _TONES[state])
    yield name + toned(f"  {printable(key.name)}", Tone.TITLE) + toned(f"  {key_meant(key)}")
    entry = f" (entry {key.entry})" if key.entry is not None else ""
    told = [f"made {moment(key.created_at)}{entry}"]
    if key.expires_at is not None:
        told.append(f"{'expired' if key.expires_at <= now else 'expires'} {moment(key.expires_at)}")
    if key.revoked_at is not None:
        told.append(f"revoked {moment(key.revoked_at)}")
    used = "never used" if key.last_used_at is None else f"last used {moment(key.last_used_at)}"
    yield toned(f"  {', '.join((*told, used))}", Tone.QUIET)


def listed_document(key: ApiKey, now: datetime) -> dict[str, object]:
    """Return the JSON form of a key in a list; the instants are of RFC 3339, to a second."""
    return {
        "prefix": key.prefix,
        "state": _state(key, now).replace(" ", "_"),
        **_said(key),
        "entry": key.entry,
        "created_at": _instant(key.created_at),
        "revoked_at": _instant(key.revoked_at),
        "last_used_at": _instant(key.last_used_at),
    }


def key_meant(key: ApiKey) -> str:
    """Return what a key is for: its roles, whose it is, its sets, and in which roles it grants."""
    whose = f", of {key.principal}" if key.principal != key.name else ""
    limits = f", for {', '.join(sorted(key.policy_sets))}" if key.policy_sets is not None else ""
    listed = " and ".join(f'"{each}"' for each in sorted(key.may_grant))
    grants = f", grants waivers as {listed}" if listed else ""
    return printable(f"{', '.join(sorted(key.roles))}{whose}{limits}{grants}")


def moment(instant: datetime) -> str:
    """Return an instant as a person reads it, to the second."""
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _state(key: ApiKey, now: datetime) -> str:
    if key.revoked_at is not None:
        return "revoked"
    return "in force" if key.is_in_force(now) else "expired"


def _said(key: ApiKey) -> dict[str, object]:
    return {
        "name": key.name,
        "roles": sorted(key.roles),
        "principal": key.principal,
        "policy_sets": None if key.policy_sets is None else sorted(key.policy_sets),
        "may_grant": sorted(key.may_grant),
        "expires_at": _instant(key.expires_at),
    }


def _instant(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat(timespec="seconds")
