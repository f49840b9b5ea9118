"""`assent policies`: what is in force at a service, and the steps that lead there."""

from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

import click

from api.cli.arguments import InstantType
from api.cli.groups import Group
from api.cli.publication_view import (
    findings_lines,
    set_lines,
    sets_lines,
    version_lines,
    versions_lines,
)
from api.cli.remote import Document, called, change, path_of, remote
from api.cli.terminal import Output, answer, toned
from api.client.bodies import given
from api.examination.policy_files import SHIPPED

_SET = click.option(
    "--set",
    "policy_set",
    default=SHIPPED,
    show_default=True,
    metavar="NAME",
    help="The policy set.",
)
_REASON = click.option("--reason", help="Why; it stands in the log.")
_VERSION = click.argument("version", metavar="VERSION")


@click.group(cls=Group)
def policies() -> None:
    """Bring policies into force at a service, with four eyes.

    A version is pushed and submitted by an author, approved by another person, and activated.
    VERSION is its name of twelve digits, as `assent push` and `assent policies list` show it.

    \b
      assent push policies/ --submit
      assent policies diff 3f2a9c81d0e4
      assent policies approve 3f2a9c81d0e4
      assent policies activate 3f2a9c81d0e4 --from 2027-01-01T00:00:00Z
      assent policies rollback

    The service is named by --url or ASSENT_URL, your key by --key-file or ASSENT_KEY_FILE.
    """  # noqa: D301 - click reads the escape.


@policies.command(name="list")
@click.option("--set", "policy_set", metavar="NAME", help="Its versions. [default: all sets]")
@called
def list_(policy_set: str | None, url: str, key_file: Path | None, *, as_json: bool) -> None:
    """List the policy sets and what is in force, or the versions of one set.

    \b
      assent policies list
      assent policies list --set assent

    Exit status: 0, or 2 where the service does not say.
    """  # noqa: D301 - click reads the escape.
    service = remote(url, key_file)
    if policy_set is None:
        found = service.get("/v1/policy-sets", Document)
        lines = sets_lines(found["items"])
    else:
        found = service.get(path_of(policy_set, "versions"), Document)
        lines = versions_lines(found["items"])
    answer(found, lines, as_json=as_json)


@policies.command()
@_VERSION
@_SET
@called
def show(version: str, policy_set: str, url: str, key_file: Path | None, *, as_json: bool) -> None:
    """Show a version: what it is, what was found of it, and who did what.

    \b
      assent policies show 3f2a9c81d0e4

    Exit status: 0, or 2 where there is no such version.
    """  # noqa: D301 - click reads the escape.
    place = path_of(policy_set, "versions", version)
    found = remote(url, key_file).get(place, Document)
    wrong = () if found["is_sound"] else findings_lines(found)
    answer(found, chain(wrong, version_lines(found)), as_json=as_json)


@policies.command()
@_VERSION
@_SET
@_REASON
@called
def submit(version: str, **rest: Any) -> None:
    """Submit a draft for review, or what was rejected once more.

    \b
      assent policies submit 3f2a9c81d0e4 --reason "the new code of conduct"

    Exit status: 0 if it is in review, 2 if it cannot be.
    """  # noqa: D301 - click reads the escape.
    _step(version, "submit", **rest)


@policies.command()
@_VERSION
@_SET
@_REASON
@called
def approve(version: str, **rest: Any) -> None:
    """Approve what is in review. Its authors cannot.

    \b
      assent policies approve 3f2a9c81d0e4

    Exit status: 0 if it is approved, 2 if it cannot be.
    """  # noqa: D301 - click reads the escape.
    _step(version, "approve", **rest)


@policies.command()
@_VERSION
@click.option("--reason", required=True, help="What the author should change; stands in the log.")
@_SET
@called
def reject(version: str, **rest: Any) -> None:
    """Reject what is in review, and say why.

    \b
      assent policies reject 3f2a9c81d0e4 --reason "the dates are missing"

    Exit status: 0 if it is rejected, 2 if it cannot be.
    """  # noqa: D301 - click reads the escape.
    _step(version, "reject", **rest)


@policies.command()
@_VERSION
@click.option("--from", "since", type=InstantType(), help="When. [default: now]")
@_SET
@_REASON
@called
def activate(  # noqa: PLR0913 - one parameter for each option.
    version: str,
    *,
    since: datetime | None,
    reason: str | None,
    policy_set: str,
    url: str,
    key_file: Path | None,
    as_json: bool,
) -> None:
    """Bring an approved version into force, now or at a time to come.

    It is in force everywhere within two seconds; at a time to come, at that instant.

    \b
      assent policies activate 3f2a9c81d0e4
      assent policies activate 3f2a9c81d0e4 --from 2027-01-01T00:00:00Z

    Exit status: 0 if it is in force or will be, 2 if it cannot be.
    """  # noqa: D301 - click reads the escape.
    start = None if since is None else since.isoformat()
    body = {"version": version, "from": start, "reason": reason}
    found = change(remote(url, key_file), path_of(policy_set), "activate", body)
    answer(found, set_lines(found), as_json=as_json)


@policies.command()
@_SET
@_REASON
@called
def rollback(
    *, reason: str | None, policy_set: str, url: str, key_file: Path | None, as_json: bool
) -> None:
    """Put the version before the one in force back, and cancel what is to come.

    \b
      assent policies rollback --reason "it refuses what it should allow"

    Exit status: 0 if it is in force again, 2 if there is none.
    """  # noqa: D301 - click reads the escape.
    service = remote(url, key_file)
    found = change(service, path_of(policy_set), "rollback", {"reason": reason})
    answer(found, set_lines(found), as_json=as_json)


@policies.command()
@_VERSION
@click.option("--old", metavar="VERSION", help="Compare with it. [default: the one in force]")
@_SET
@called
def diff(  # noqa: PLR0913 - one parameter for each option.
    version: str,
    *,
    old: str | None,
    policy_set: str,
    url: str,
    key_file: Path | None,
    as_json: bool,
) -> None:
    """Say what changed in meaning up to a version.

    \b
      assent policies diff 3f2a9c81d0e4
      assent policies diff 3f2a9c81d0e4 --old 9c81d0e43f2a

    Exit status: 0, or 2 where the two cannot be compared.
    """  # noqa: D301 - click reads the escape.
    service, place = remote(url, key_file), path_of(policy_set, "diff")
    versions = given({"new": version, "old": old})
    if as_json:
        Output().json(service.get(place, Document, versions))
    else:
        Output().lines(map(toned, service.text(place, versions).splitlines()))


def _step(  # noqa: PLR0913 - one parameter for each option.
    version: str,
    word: str,
    *,
    reason: str | None,
    policy_set: str,
    url: str,
    key_file: Path | None,
    as_json: bool,
) -> None:
    place = path_of(policy_set, "versions", version)
    found = change(remote(url, key_file), place, word, {"reason": reason})
    answer(found, version_lines(found), as_json=as_json)
