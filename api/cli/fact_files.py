"""Files of standing facts, as the command line reads them."""

from pathlib import Path

from api.cli.failures import Failure, unreadable
from api.known_facts import FactFaults, given_facts
from engine import Engine
from engine.evaluation.standing_facts.book import FactBook
from engine.source.json_text import JSONFault, JSONValue, read_json


def read_fact_file(file: Path) -> JSONValue:
    """Return the JSON value of a file. Raises `Failure` where it cannot be read."""
    try:
        return read_json(file.read_bytes())
    except OSError as error:
        raise unreadable(error, str(file)) from error
    except JSONFault as fault:
        where = f"{file}, line {fault.line}, column {fault.column}"
        raise Failure(where, fault.message, fault.help) from fault


def book_of(file: Path, stated: JSONValue, engine: Engine) -> FactBook:
    """Return the standing facts that a file states, as an engine reads them. Raises `Failure`."""
    try:
        return engine.standing_facts(given_facts(stated, engine))
    except FactFaults as wrong:
        first, more = wrong.faults[0], len(wrong.faults) - 1
        where = f"{file}, at {first.pointer}" if first.pointer else str(file)
        rest = f" (and {more} more)" if more else ""
        raise Failure(where, f"{first.message}{rest}", first.help) from wrong
