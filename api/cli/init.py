"""`assent init`: prepares the database and the first keys, and says what to try next."""

import shlex
from collections.abc import Iterator
from pathlib import Path

import click
from rich.text import Text

from api.cli.arguments import as_json_option
from api.cli.keys_view import key_document, key_lines
from api.cli.service import service_told
from api.cli.terminal import answer, toned
from api.installation.settings import Settings, load_settings
from api.installation.setup import Preparation, initialise
from engine.bundle.bundle import short_digest
from engine.source.layout import Tone
from engine.storage.keys import Role

_TRIES = ("a campaign that the shipped policies deny, and why", "one that they allow")
_ON_THIS_MACHINE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - nothing listens by it.
"""How a service that listens at every address is asked on the machine where it is."""


@click.command()
@as_json_option
def init(*, as_json: bool) -> None:
    """Prepare the service: its database, and the first keys.

    The keys are shown once, here, and cannot be shown again. To run it again changes nothing.
    Settings come from the environment (ASSENT_DATA_DIRECTORY and others) and from the file that
    ASSENT_CONFIG names.

    \b
      assent init

    Exit status: 0 if all is prepared, 2 where it cannot be.
    """  # noqa: D301 - click reads the escape.
    with service_told(is_preparing=True):
        settings = load_settings()
        prepared = initialise(settings)
    answer(_document(prepared), _lines(settings, prepared), as_json=as_json)


def _document(prepared: Preparation) -> dict[str, object]:
    made = prepared.imported
    return {
        "database_url": prepared.database_url,
        "is_new": prepared.is_new,
        "imported": made and {"policy_set": made.policy_set, "digest": made.digest},
        "keys": [key_document(each) for each in prepared.keys],
    }


def _lines(settings: Settings, prepared: Preparation) -> Iterator[Text]:
    yield toned("the log and the keys are in ") + toned(prepared.database_url, Tone.POINTER)
    if prepared.imported is not None:
        name, digest = prepared.imported.policy_set, prepared.imported.digest
        shown = f"{name} {short_digest(digest)}"
        yield toned("the policies in force are ") + toned(shown, Tone.POINTER)
    if not prepared.is_new:
        yield toned("all was prepared before, and its keys were shown then; for another key:")
        yield toned("  assent keys create NAME --role submitter")
    else:
        yield Text()
        yield toned("keys, shown only now", Tone.TITLE)
        for each in prepared.keys:
            yield from key_lines(each)
    yield Text()
    yield toned("start the service with `assent serve`, and try it", Tone.TITLE)
    for meaning, example in zip(_TRIES, prepared.examples, strict=True):
        yield toned(f"  # {meaning}", Tone.QUIET)
        for line in _try(settings, prepared, example):
            yield toned(f"  {line}")


def _try(settings: Settings, prepared: Preparation, example: Path) -> Iterator[str]:
    tokens = [each.token for each in prepared.keys if Role.SUBMITTER in each.key.roles]
    token = next(iter(tokens), "KEY")
    host = _ON_THIS_MACHINE.get(settings.host, settings.host)
    host = f"[{host}]" if ":" in host else host
    yield f"curl http://{host}:{settings.port}/v1/decisions \\"
    yield f"  -H {shlex.quote(f'Authorization: Bearer {token}')} \\"
    yield "  -H 'Content-Type: application/json' -H 'Accept: text/plain' \\"
    yield f"  -d {shlex.quote(f'@{example}')}"
