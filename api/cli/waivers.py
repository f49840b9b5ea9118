"""`assent waivers`: asking a service for a rule to be waived, and answering whoever asks."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, get_args

import click

from api.cli.arguments import DayType
from api.cli.groups import Group
from api.cli.remote import Document, called, change, listed, remote
from api.cli.terminal import answer
from api.cli.waiver_view import waiver_lines, waivers_lines
from api.client.asking import below
from api.client.waivers import WaiverState

_PATH = "/v1/waivers"
_WAIVER = click.argument("waiver", metavar="WAIVER")


@click.group(cls=Group)
def waivers() -> None:
    """Ask for a rule to be waived, and grant or refuse it, at a service.

    A submitter asks, for one campaign or one advertiser and for a time; another person grants it,
    in the role that the rule names. WAIVER is its name, as `assent waivers list` shows it.

    \b
      assent waivers request spending/second_approval --campaign c-771 --from 2026-12-01
          --until 2027-01-01 --ticket LEG-991 --reason "the board is asked in January"
      assent waivers list --state requested
      assent waivers grant w3f2a9c81d0e4
      assent waivers revoke w3f2a9c81d0e4 --reason "the board said no"

    The service is named by --url or ASSENT_URL, your key by --key-file or ASSENT_KEY_FILE.
    """  # noqa: D301 - click reads the escape.


@waivers.command(name="list")
@click.option(
    "--state", type=click.Choice(get_args(WaiverState)), help="Those that are in this state."
)
@click.option("--rule", metavar="RULE", help="Those of this rule.")
@click.option(
    "--unused", is_flag=True, help="Those that let no breach pass, erased decisions aside."
)
@called
def list_(  # noqa: PLR0913 - one parameter for each option.
    *,
    state: str | None,
    rule: str | None,
    unused: bool,
    url: str,
    key_file: Path | None,
    as_json: bool,
) -> None:
    """List waivers, those asked for last first, and which of them have an effect.

    \b
      assent waivers list
      assent waivers list --state expired --unused

    Exit status: 0, or 2 where the service does not say.
    """  # noqa: D301 - click reads the escape.
    used = "false" if unused else None
    found = listed(remote(url, key_file), _PATH, state=state, rule=rule, used=used)
    answer({"items": found}, waivers_lines(found), as_json=as_json)


@waivers.command()
@_WAIVER
@called
def show(waiver: str, *, url: str, key_file: Path | None, as_json: bool) -> None:
    """Show a waiver: what it is for, whether it has an effect, and who did what.

    \b
      assent waivers show w3f2a9c81d0e4

    Exit status: 0, or 2 where there is no such waiver.
    """  # noqa: D301 - click reads the escape.
    _told(remote(url, key_file).get(below(_PATH, waiver), Document), as_json=as_json)


@waivers.command()
@click.argument("rule", metavar="RULE")
@click.option("--campaign", metavar="ID", help="For this campaign.")
@click.option("--advertiser", metavar="NAME", help="For the campaigns of this advertiser.")
@click.option(
    "--market",
    "markets",
    multiple=True,
    metavar="CODE",
    help="In this market; again for more. [default: in all]",
)
@click.option("--from", "start", type=DayType(), required=True, help="The first day.")
@click.option("--until", type=DayType(), required=True, help="The day on which it is over.")
@click.option("--ticket", required=True, help="Where the approval is on record.")
@click.option("--reason", required=True, help="Why the rule is to be waived.")
@click.option(
    "--evidence", multiple=True, metavar="TEXT", help="What speaks for it; again for more."
)
@click.option("--set", "policy_set", metavar="NAME", help="The policy set. [default: the default]")
@called
def request(  # noqa: PLR0913 - one parameter for each option.
    rule: str,
    *,
    start: date,
    until: date,
    url: str,
    key_file: Path | None,
    as_json: bool,
    **rest: Any,
) -> None:
    """Ask for a rule to be waived: for a campaign, an advertiser, or both.

    \b
      assent waivers request spending/second_approval --campaign c-771 --from 2026-12-01
          --until 2027-01-01 --ticket LEG-991 --reason "the board is asked in January"

    Exit status: 0 if it is asked for, 2 if it cannot be.
    """  # noqa: D301 - click reads the escape.
    body = {name: list(each) if isinstance(each, tuple) else each for name, each in rest.items()}
    days = {"from": start.isoformat(), "until": until.isoformat()}
    asked = {"rule": rule, **body, **days}
    _told(remote(url, key_file).send(_PATH, Document, asked), as_json=as_json)


@waivers.command()
@_WAIVER
@click.option("--as", "role", metavar="ROLE", help="In which role, where the rule names none.")
@click.option("--reason", help="Why; it stands in the log.")
@called
def grant(
    waiver: str,
    *,
    role: str | None,
    reason: str | None,
    **rest: Any,
) -> None:
    """Grant what somebody else asked for. It is in effect everywhere within two seconds.

    \b
      assent waivers grant w3f2a9c81d0e4
      assent waivers grant w3f2a9c81d0e4 --as "Data Protection Officer"

    Exit status: 0 if it is granted, 2 if it cannot be.
    """  # noqa: D301 - click reads the escape.
    _step(waiver, "grant", {"as": role, "reason": reason}, **rest)


@waivers.command()
@_WAIVER
@click.option("--reason", required=True, help="Why; whoever asked is told.")
@called
def refuse(waiver: str, *, reason: str, **rest: Any) -> None:
    """Refuse what was asked for, and say why.

    \b
      assent waivers refuse w3f2a9c81d0e4 --reason "the audit comes first"

    Exit status: 0 if it is refused, 2 if it cannot be.
    """  # noqa: D301 - click reads the escape.
    _step(waiver, "refuse", {"reason": reason}, **rest)


@waivers.command()
@_WAIVER
@click.option("--reason", required=True, help="Why; it stands in the log.")
@called
def revoke(waiver: str, *, reason: str, **rest: Any) -> None:
    """End a waiver now. It is out of effect everywhere within two seconds.

    \b
      assent waivers revoke w3f2a9c81d0e4 --reason "the board said no"

    Exit status: 0 if it is revoked, 2 if it cannot be.
    """  # noqa: D301 - click reads the escape.
    _step(waiver, "revoke", {"reason": reason}, **rest)


def _step(  # noqa: PLR0913 - one parameter for each option.
    waiver: str,
    word: str,
    body: dict[str, str | None],
    *,
    url: str,
    key_file: Path | None,
    as_json: bool,
) -> None:
    made = change(remote(url, key_file), below(_PATH, waiver), word, body)
    _told(made, as_json=as_json)


def _told(made: Any, *, as_json: bool) -> None:
    answer(made, waiver_lines(made, datetime.now(UTC).date()), as_json=as_json)
