"""A running service, as the commands that change it call it: over HTTP, with a key.

They go through the service, and not through its database, because who acts is then a key that the
service knows, with its roles and its person: the database would believe whatever it is told.

`api.client` is not in between: it turns answers into types and sends again what may be sent again,
where a command shows the document as it came, and a person says whether to take a step once more.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import click
import httpx

from api.cli.failures import Failure, unreadable
from engine import __version__
from engine.evaluation.prose import printable

URL_VARIABLE = "ASSENT_URL"
KEY_FILE_VARIABLE = "ASSENT_KEY_FILE"

_LOCAL = "http://127.0.0.1:8000"
_PATIENCE_SECONDS = 90
_OUTDATED = 412

_Command = TypeVar("_Command", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """A service at its address. `token` is the text of a key, `subject` what is asked about.

    What is None in a query is not sent. Every method raises `Failure` with what the service says is
    wrong.
    """

    url: str
    token: str = field(repr=False)
    subject: str = "policies"

    def read(self, path: str, **query: str | None) -> Any:
        """Return the document at a path."""
        return self._call("GET", path, params=given(query)).json()

    def items(self, path: str, **query: str | None) -> Iterator[Any]:
        """Yield what all pages at a path list."""
        page = self.read(path, **query)
        yield from page["items"]
        while page["next"] is not None:
            page = self.read(path, **query, cursor=page["next"])
            yield from page["items"]

    def text(self, path: str, **query: str | None) -> str:
        """Return the text at a path."""
        answer = self._call("GET", path, params=given(query), headers={"Accept": "text/plain"})
        return str(answer.text)

    def send(self, path: str, body: Mapping[str, object]) -> Any:
        """Post a body and return the answer."""
        return self._call("POST", path, json=body)

    def change(
        self, seen: str, path: str, body: Mapping[str, object], *, method: str = "POST"
    ) -> Any:
        """Send a change of what stands at the path `seen`, as it is now."""
        tag = self._call("GET", seen).headers["ETag"]
        return self._call(method, path, json=body, headers={"If-Match": tag}).json()

    def _call(self, method: str, path: str, **rest: Any) -> Any:
        headers = {
            "Authorization": f"Bearer {self.token}",
            "User-Agent": f"assent/{__version__}",
            **rest.pop("headers", {}),
        }
        try:
            # A key is for the address that was given, and for no other: nothing is followed.
            answer = httpx.request(
                method,
                f"{self.url.rstrip('/')}{path}",
                headers=headers,
                timeout=_PATIENCE_SECONDS,
                follow_redirects=False,
                **rest,
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            why = "it does not answer" if str(error) else "it answers nothing that can be read"
            raise Failure(self.url, why, "check the address, and that the service runs") from error
        if answer.status_code >= 300:
            raise _failure(self.url, self.subject, answer)
        return answer


def given(members: Mapping[str, object]) -> dict[str, object]:
    """Return the members that are given: those that are not None."""
    return {name: value for name, value in members.items() if value is not None}


def path_of(policy_set: str, *rest: str) -> str:
    """Return the path of a policy set, or of something below it."""
    return "/".join(("/v1/policy-sets", *(quote(each, safe=":") for each in (policy_set, *rest))))


def called(command: _Command) -> _Command:
    """Give a command the options by which the service is called."""
    for option in (_KEY_FILE, _URL):
        command = option(command)
    return command


def remote(url: str, key_file: Path | None, *, subject: str = "policies") -> Remote:
    """Return the service that the options name. Raises `Failure` where there is no key."""
    if key_file is None:
        advice = f"name its file with --key-file, or in {KEY_FILE_VARIABLE}"
        raise Failure("the service", "it wants a key", advice)
    try:
        token = key_file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise unreadable(error, str(key_file)) from error
    except UnicodeError as error:
        raise Failure(str(key_file), "this is no key", "it holds `assent_…` alone") from error
    if not token.startswith("assent_") or not token.isascii() or not token.isprintable():
        raise Failure(str(key_file), "this is no key", "it holds `assent_…` alone")
    return Remote(url=url, token=token, subject=subject)


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


def _failure(url: str, subject: str, answer: Any) -> Failure:
    """Return what the service says is wrong, and what to do about it where it says so."""
    try:
        problem = answer.json()
        detail = printable(str(problem["detail"]))
        errors = problem["errors"]
        if len(errors) > 1:
            return Failure(subject, "; ".join(map(_placed, errors)))
        told = [printable(str(each["message"])) for each in errors]
        helps = [printable(str(each["help"])) for each in errors if each.get("help")]
    except (ValueError, KeyError, TypeError):
        return Failure(url, f"it answers {answer.status_code}, and not as Assent does")
    if answer.status_code == _OUTDATED:
        return Failure(subject, "somebody changed it meanwhile", "look again, and decide again")
    is_said_twice = told and detail.endswith(told[0])  # Behind its place, in the detail.
    why = "; ".join(told if is_said_twice else [detail, *told])
    return Failure(subject, why, helps[0] if helps else None)


def _placed(error: dict[str, object]) -> str:
    """Return one of several faults, with where it stands and what mends it."""
    place = f"{error['pointer']}: " if error.get("pointer") else ""
    advice = f" ({error['help']})" if error.get("help") else ""
    return printable(f"{place}{error['message']}{advice}")
