"""A running service, as the commands that change it call it: over HTTP, with a key.

They go through the service, and not through its database, because who acts is then a key that the
service knows, with its roles and its person: the database would believe whatever it is told.

They call as the Python client does, by its `Transport`, which knows what may be sent again. Its
types are not in between: a command shows the document as it came.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click

from api.cli.arguments import as_json_option
from api.cli.failures import Failure, unreadable
from api.client.asking import Asking
from api.client.bodies import given
from api.client.errors import AssentError, Fault, Problem, ProblemError, UnreachableError
from api.client.transport import Patience, Transport, token_of
from engine.source.layout import printable

URL_VARIABLE = "ASSENT_URL"
KEY_FILE_VARIABLE = "ASSENT_KEY_FILE"

_LOCAL = "http://127.0.0.1:8000"
_OUTDATED = 412

_PATIENCE = Patience(tries=3)
"""A person watches each try."""

Document = dict[str, Any]
"""What the service answers, as it came."""


def listed(service: Asking, path: str, **query: str | None) -> list[Any]:
    """Return what all pages at a path list. What is None in the query is not sent."""
    return list(service.pages(path, dict[str, Any], given(query)))


def change(service: Asking, place: str, step: str, body: Mapping[str, str | None]) -> Document:
    """Take a step with what stands at a place, as it is now; policies may be examined for it."""
    seen = service.get(place, Document)["revision"]
    return service.send(f"{place}/{step}", Document, given(body), seen=seen, is_slow=True)


def path_of(policy_set: str, *rest: str) -> str:
    """Return the path of a policy set, or of something below it."""
    return "/".join(("/v1/policy-sets", *(quote(each, safe=":") for each in (policy_set, *rest))))


def called(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options by which the service is called and shown; tell what goes wrong."""

    @wraps(command)
    def telling(*arguments: Any, **options: Any) -> None:
        try:
            command(*arguments, **options)
        except AssentError as error:
            raise failure(click.get_current_context().command_path, error) from error

    return _URL(_KEY_FILE(as_json_option(telling)))


def remote(url: str, key_file: Path | None) -> Asking:
    """Return the service that the options name, until the command ends.

    Raises `Failure` where there is no key or no address.
    """
    if key_file is None:
        advice = f"name its file with --key-file, or in {KEY_FILE_VARIABLE}"
        raise Failure("the service", "it wants a key", advice)
    try:
        token = token_of(key_file)
    except OSError as error:
        raise unreadable(error, str(key_file)) from error
    except ValueError as error:
        advice = "it holds `assent_…` alone, or an access token"
        raise Failure(str(key_file), "this is no key", advice) from error
    try:
        transport = Transport(url, token, patience=_PATIENCE, ssl_context=None)
    except ValueError as error:
        raise Failure("--url", str(error)) from error
    click.get_current_context().call_on_close(transport.close)
    return Asking(transport)


def failure(where: str, error: AssentError) -> Failure:
    """Return how a command ends that has no answer."""
    match error:
        case ProblemError(problem=problem):
            return _refused(where, problem)
        case UnreachableError(may_have_arrived=True):
            return Failure(
                where, str(error), "before you repeat a change, look whether it was made"
            )
        case _:
            return Failure(where, str(error))


_URL = click.option(
    "--url",
    envvar=URL_VARIABLE,
    default=_LOCAL,
    show_default=True,
    help=f"Where the service is; or {URL_VARIABLE}.",
)
_KEY_FILE = click.option(
    "--key-file",
    envvar=KEY_FILE_VARIABLE,
    type=click.Path(path_type=Path),
    help=f"File that holds your key; or {KEY_FILE_VARIABLE}.",
)


def _refused(where: str, problem: Problem) -> Failure:
    """Return what the service says is wrong, and what to do about it where it says so."""
    if problem.status == _OUTDATED:
        return Failure(where, "somebody changed it meanwhile", "look again, and decide again")
    if len(problem.errors) > 1:
        told = (
            f"{_placed(each)} ({each.help})" if each.help else _placed(each)
            for each in problem.errors
        )
        return Failure(where, printable("; ".join(told)))
    why, advice = problem.detail, None
    for each in problem.errors:
        is_said_twice = why.endswith(each.message)  # Often behind its place.
        why = _placed(each) if is_said_twice else f"{why}; {_placed(each)}"
        advice = printable(each.help) if each.help else None
    return Failure(where, printable(why), advice)


def _placed(error: Fault) -> str:
    """Return a fault behind the place where it stands."""
    return f"{error.pointer}: {error.message}" if error.pointer else error.message
