"""How the values of settings are read, from TOML or from a text of the environment.

Each reader takes what was written and the directory to which paths are relative, returns the value,
and raises `ValueError` with what should stand there.
"""

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from api.identity.tokens import ALGORITHMS
from api.installation.set_names import SET_NAME_ADVICE, is_set_name
from engine.audit.checkpoints.cosignature import WitnessKey
from engine.audit.checkpoints.note import NoteError
from engine.audit.checkpoints.witness import Witness
from engine.audit.entries.retention import Schedule
from engine.storage.keys import Role

_PAIRS = "pairs of a witness's public key and its address, with spaces between them"
_ORIGINS = "origins like `https://console.example`, in small letters and no path"

Read: TypeAlias = Callable[[object, Path], object]
"""Reads a value as written; paths are relative to the directory. Raises `ValueError`."""


def read_path(value: object, base: Path) -> Path:
    """Read a path."""
    if not isinstance(value, str | Path) or not str(value):
        raise ValueError("a path")
    return (base / Path(value).expanduser()).resolve()


def read_text(value: object, _base: Path) -> str:
    """Read a text that says something."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError("a text")
    return value


def read_set_name(value: object, _base: Path) -> str:
    """Read the name of a policy set."""
    if not isinstance(value, str) or not is_set_name(value):
        raise ValueError(SET_NAME_ADVICE)
    return value


def read_flag(value: object, _base: Path) -> bool:
    """Read `true` or `false`."""
    if isinstance(value, bool):
        return value
    if value not in ("true", "false"):
        raise ValueError("`true` or `false`")
    return value == "true"


def read_whole(least: int, most: int) -> Read:
    """Return a reader of whole numbers from one to another."""

    def read(value: object, _base: Path) -> int:
        if isinstance(value, str) and value.isascii() and value.isdigit():
            value = int(value[:19])
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError(f"a whole number from {least} to {most}")
        return value

    return read


def read_word(*words: str) -> Read:
    """Return a reader of one of some words."""

    def read(value: object, _base: Path) -> str:
        if value not in words:
            raise ValueError("one of " + ", ".join(f"`{word}`" for word in words))
        return str(value)

    return read


def read_schedule(value: object, _base: Path) -> Schedule | None:
    """Read a table; in the environment it is written as TOML writes it inline."""
    if value == "":
        return None
    if isinstance(value, str):
        value = _inline_table(value)
    if isinstance(value, Mapping):
        return Schedule.read(value)
    raise ValueError('a table like `{ default = "13 months", deny = "3 years" }`')


def _inline_table(text: str) -> object:
    """Return a value as TOML writes it on one line, None where it is none."""
    try:
        document = tomllib.loads(f"value = {text}")
    except ValueError:
        return None
    return document["value"] if len(document) == 1 else None


def _words(value: object, wanted: str) -> list[str]:
    """Return the words of one text, or of the texts of a list; else what is wanted is told."""
    texts: list[Any] = value if isinstance(value, list) else [value]
    if not all(isinstance(text, str) for text in texts):
        raise ValueError(wanted)
    return [word for text in texts for word in text.split()]


def read_witnesses(value: object, _base: Path) -> tuple[Witness, ...]:
    """Read pairs of a key and an address, in one text or as the texts of a list."""
    words = _words(value, _PAIRS)
    if len(words) % 2:
        raise ValueError(_PAIRS)
    return tuple(map(_witness, words[::2], words[1::2]))


def _witness(key: str, url: str) -> Witness:
    try:
        read = WitnessKey.read(key)
    except NoteError as error:
        raise ValueError(f"{_PAIRS} ({error})") from error
    return Witness(key=read, url=read_address(url))


def read_address(text: str) -> str:
    """Return an address of the web. Raises `ValueError`."""
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    is_plain = not (parts.query or parts.fragment or "@" in parts.netloc)
    if parts.scheme not in ("http", "https") or not parts.hostname or not is_plain:
        raise ValueError("a web address: `https://` and a host, without `?`, `#` and `@`")
    return text


def read_public_url(value: object, _base: Path) -> str | None:
    """Read an address of TLS, without a slash at its end; None is read as it is."""
    if value is None:
        return None
    url = read_address(value) if isinstance(value, str) else ""
    if not url.startswith("https://"):
        raise ValueError("an address that begins with `https://`")
    return url.rstrip("/")


def read_otlp_endpoint(value: object, _base: Path) -> str | None:
    """Read the address of a collector, without the path of a signal; None is read as it is."""
    if value is None:
        return None
    url = (read_address(value) if isinstance(value, str) else "").rstrip("/")
    if not url or url.endswith("/v1/traces"):
        raise ValueError("a web address without `/v1/traces`, which is added")
    return url


def read_origins(value: object, _base: Path) -> frozenset[str]:
    """Read origins (RFC 6454), in one text or as the texts of a list."""
    words = _words(value, _ORIGINS)
    for word in words:
        parts = urlsplit(read_address(word))
        if f"{parts.scheme}://{parts.netloc}".lower() != word:
            raise ValueError(_ORIGINS)
    return frozenset(words)


def read_algorithms(value: object, _base: Path) -> tuple[str, ...]:
    """Read algorithms, in one text or as the texts of a list."""
    words = value.split() if isinstance(value, str) else value
    if not isinstance(words, list) or not words or not all(each in ALGORITHMS for each in words):
        raise ValueError("some of " + ", ".join(f"`{each}`" for each in ALGORITHMS))
    return tuple(words)


def read_roles(value: object, _base: Path) -> Mapping[str, Role]:
    """Read a table; in the environment it is written as TOML writes it inline."""
    if value == "":
        return MappingProxyType({})
    table = _inline_table(value) if isinstance(value, str) else value
    known = {role.value for role in Role}
    if isinstance(table, Mapping) and table and all(each in known for each in table.values()):
        return MappingProxyType({str(name): Role(each) for name, each in table.items()})
    names = ", ".join(f"`{role}`" for role in Role)
    raise ValueError(f'a table like `{{ "ads-team" = "submitter" }}`, with the roles {names}')


def read_grants(value: object, _base: Path) -> Mapping[str, str]:
    """Read a table of roles as rules name them; in the environment as TOML writes it inline."""
    if value == "":
        return MappingProxyType({})
    table = _inline_table(value) if isinstance(value, str) else value
    if isinstance(table, Mapping) and table:
        named = {str(name): each for name, each in table.items() if isinstance(each, str) and each}
        if len(named) == len(table):
            return MappingProxyType(named)
    raise ValueError('a table like `{ "ethics" = "Ethics Board" }`')


def read_place(value: object, base: Path) -> str:
    """Read an address or a file. Keys come over TLS, or from this machine."""
    text = read_text(value, base)
    if not text.startswith(("http:", "https:")):
        return str(read_path(text, base))
    parts = urlsplit(read_address(text))
    if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "::1", "localhost"):
        raise ValueError("a file, or an address that begins with `https://`")
    return text


def unless_empty(read: Read) -> Read:
    """Return a reader that leaves an empty text for a default which other settings make."""
    return lambda value, base: read(value, base) if value != "" else ""
