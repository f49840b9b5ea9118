"""Files of standing facts, as the command line reads them."""

from pathlib import Path

from api.cli.failures import Failure, unreadable
from api.installation.numbered import numbered
from api.standing_facts.stated import FactFaults, given_facts
from engine import CampaignFault, Engine
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
        only = wrong.faults[0] if len(wrong.faults) == 1 else None
        if only is not None and only.pointer:
            raise Failure(f"{file}, at {only.pointer}", only.message, only.help) from wrong
        raise Failure(str(file), numbered([_told(each) for each in wrong.faults])) from wrong


def _told(fault: CampaignFault) -> str:
    place = f"at {fault.pointer}: " if fault.pointer else ""
    advice = f"; {fault.help}" if fault.help else ""
    return f"{place}{fault.message}{advice}"
