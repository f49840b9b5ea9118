"""The client: one service, one key, decisions to ask for, and a room for each thing it has besides.

It is synchronous, and may be shared between threads. Every method returns an answer or raises
`AssentError`; nothing that goes wrong is told as a decision.
"""

import os
import uuid
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from ssl import SSLContext
from types import TracebackType
from typing import Any, Final, Literal, Self

from .answers import Checked, Decision, PolicySet
from .asking import Answers, Asking
from .batches import BatchItem, BatchRequest, check_recorded, decide_batch
from .bodies import Campaign, decoded, encoded, given, instant
from .decisions import RecordedDecisions
from .errors import UnexpectedAnswerError
from .facts import StandingFacts
from .log import Log
from .publishing import PolicySetClient, check_policies, policy_sets
from .queries import SavedQueries
from .transport import Patience, Request, Transport, token_of
from .waivers import Waivers

Format = Literal["assent", "google-ads", "linkedin", "meta", "openrtb", "snapchat", "tiktok"]

_NATIVE: Final = "assent"
_DECISIONS = "/v1/decisions"
_SCHEMA = "application/schema+json"


class Client:
    """A service at its address, called with a key: its text, or the path of the file with it.

    What is recorded is in `decisions`, and the filters that are saved for it in `queries`; what is
    granted and stated beside the policies, in `waivers` and `facts`; and `log` is the log itself.

    Use it as a context manager, or `close` it. Raises `ValueError` where the address or the key is
    none, and `OSError` where the file cannot be read.
    """

    def __init__(
        self,
        url: str,
        key: str | Path,
        *,
        patience: Patience | None = None,
        ssl_context: SSLContext | None = None,
    ) -> None:
        self._transport = Transport(
            url, token_of(key), patience=patience or Patience(), ssl_context=ssl_context
        )
        self._asking = asking = Asking(self._transport)
        self.decisions: Final = RecordedDecisions(asking)
        self.queries: Final = SavedQueries(asking)
        self.waivers: Final = Waivers(asking)
        self.facts: Final = StandingFacts(asking)
        self.log: Final = Log(asking)

    @classmethod
    def from_environment(cls, *, patience: Patience | None = None) -> Self:
        """Return the client of `ASSENT_URL` with the key in the file `ASSENT_KEY_FILE`.

        They are those of the command line. Raises `ValueError` where one is not set.
        """
        for name in ("ASSENT_URL", "ASSENT_KEY_FILE"):
            if not os.environ.get(name):
                raise ValueError(f"the environment has no {name}")
        key = Path(os.environ["ASSENT_KEY_FILE"])
        return cls(os.environ["ASSENT_URL"], key, patience=patience)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def decide(  # noqa: PLR0913 - what the interface takes, by name.
        self,
        campaign: Campaign,
        *,
        format: Format = _NATIVE,  # noqa: A002 - the parameter's name in the interface.
        policy_set: str | None = None,
        as_of: datetime | None = None,
        as_if_launched: date | None = None,
        dry_run: bool = False,
        with_rules: bool = False,
        with_receipt: bool = False,
        idempotency_key: str | None = None,
    ) -> Decision:
        """Return the decision on one campaign; it is in the log by then, unless it is a dry run.

        The request carries an `Idempotency-Key`, so that it is sent again after a lost connection
        and still has one decision. Give your own to go on where another process stopped.
        `as_if_launched` moves the flight to start on that day, in a dry run alone.
        """
        _check_assumed(as_if_launched, dry_run=dry_run)
        if dry_run and idempotency_key is not None:
            raise ValueError("a dry run takes no idempotency key: nothing is recorded")
        envelope: dict[str, object] = {"campaign": campaign}
        envelope |= _terms(policy_set, as_of, as_if_launched)
        key = None if dry_run else idempotency_key or str(uuid.uuid4())
        headers = {"Content-Type": "application/json"}
        if key is None:
            envelope["dry_run"] = True
        else:
            headers["Idempotency-Key"] = _quoted(key)
        request = Request(
            method="POST",
            path=_DECISIONS,
            is_repeatable=True,
            query=_shown(format, with_rules=with_rules, with_receipt=with_receipt),
            headers=headers,
            body=encoded(envelope),
            key=key,
        )
        made = decoded(self._transport.call(request).body, Decision)
        check_recorded(made, dry_run=dry_run)
        if format == _NATIVE and made.campaign != campaign.get("id"):
            raise UnexpectedAnswerError("the decision is on another campaign")
        return made

    def decide_many(  # noqa: PLR0913 - likewise.
        self,
        campaigns: Iterable[Campaign],
        *,
        format: Format = _NATIVE,  # noqa: A002 - likewise.
        policy_set: str | None = None,
        as_of: datetime | None = None,
        as_if_launched: date | None = None,
        dry_run: bool = False,
        with_rules: bool = False,
    ) -> Answers[BatchItem]:
        """Return what comes of each campaign, in order, while the next are read: memory stays flat.

        A batch has no idempotency key. Where it ends with an `AssentError`, what was yielded is
        recorded; of up to 1,000 campaigns after it a search tells whether they are.
        `as_if_launched` is as in `decide`.
        """
        _check_assumed(as_if_launched, dry_run=dry_run)
        terms = _terms(policy_set, as_of, as_if_launched)
        query = {name: str(value) for name, value in terms.items()}
        query |= _shown(format, with_rules=with_rules, with_receipt=False)
        if dry_run:
            query["dry_run"] = "true"
        asked = BatchRequest(query=query, dry_run=dry_run)
        return Answers(decide_batch(self._transport, campaigns, asked))

    def vocabulary(self, policy_set: str | None = None) -> dict[str, Any]:
        """Return what a campaign may say, as JSON Schema: for the default set, or another."""
        query = given({"policy_set": policy_set})
        return self._asking.get("/v1/vocabulary", dict[str, Any], query, accept=_SCHEMA)

    def check_policies(self, policies: Path | Mapping[str, str]) -> Checked:
        """Have a folder, or texts by their paths, checked and tested; nothing is kept."""
        return check_policies(self._asking, policies)

    def policy_sets(self) -> tuple[PolicySet, ...]:
        """Return the policy sets."""
        return policy_sets(self._asking)

    def policy_set(self, name: str) -> PolicySetClient:
        """Return a policy set, to publish a version of it step by step."""
        return PolicySetClient(self._asking, name)


def _quoted(key: str) -> str:
    """Return an idempotency key as the header has it. Raises `ValueError`."""
    if not 0 < len(key) <= 255 or not key.isascii() or not key.isprintable():
        raise ValueError("an idempotency key is 1 to 255 printable characters of ASCII")
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _check_assumed(as_if_launched: date | None, *, dry_run: bool) -> None:
    if as_if_launched is not None and not dry_run:
        raise ValueError(
            "only a dry run is decided as if launched on another day, since nothing that is assumed"
            " is recorded; give `dry_run=True`"
        )


def _terms(
    policy_set: str | None, as_of: datetime | None, as_if_launched: date | None
) -> dict[str, object]:
    """Return the terms that are given, as the envelope and the query name them."""
    terms: dict[str, object] = {
        "policy_set": policy_set,
        "as_of": None if as_of is None else instant(as_of, "as_of"),
        "as_if_launched": None if as_if_launched is None else as_if_launched.isoformat(),
    }
    return given(terms)


def _shown(format: Format, *, with_rules: bool, with_receipt: bool) -> dict[str, str]:  # noqa: A002 - as above.
    query = {"format": str(format)}
    if with_rules:
        query["view"] = "full"
    if with_receipt:
        query["receipt"] = "wait"
    return query
