"""The client: one service, one key, and a method for each thing to ask.

It is synchronous, and may be shared between threads. Every method returns an answer or raises
`AssentError`; nothing that goes wrong is told as a decision.
"""

import os
import uuid
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from ssl import SSLContext
from types import TracebackType
from typing import Final, Literal, Self, TypeVar, Unpack
from urllib.parse import quote

from .answers import Decision, DecisionPage, ListedDecision, LoggedDecision, Replay, Statistics
from .batches import BatchItem, BatchRequest, check_recorded, decide_batch
from .bodies import Campaign, decoded, encoded, instant
from .errors import UnexpectedAnswerError
from .filters import Filters, query_of
from .publishing import PolicySetClient
from .transport import Patience, Request, Transport

Format = Literal["assent", "google-ads", "linkedin", "meta", "openrtb", "snapchat", "tiktok"]

_NATIVE: Final = "assent"
_TEXT = "text/plain"
_DECISIONS = "/v1/decisions"

_Answer = TypeVar("_Answer")


Logged = str | Decision | ListedDecision
"""A decision of the log, by its id or as it was answered."""


class Client:
    """A service at its address, called with a key: its text, or the path of the file with it.

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
            url, _token(key), patience=patience or Patience(), ssl_context=ssl_context
        )

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
        made = self._answer(request, Decision)
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
    ) -> Iterator[BatchItem]:
        """Yield what comes of each campaign, in order, while the next are read: memory stays flat.

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
        return decide_batch(self._transport, campaigns, BatchRequest(query=query, dry_run=dry_run))

    def read(self, decision: Logged) -> LoggedDecision:
        """Return a decision from the log, with what was submitted."""
        return self._get(_path(decision), LoggedDecision)

    def find(self, **filters: Unpack[Filters]) -> Iterator[ListedDecision]:
        """Yield the decisions that meet the filters, the newest first, from as many pages."""
        cursor: str | None = None
        while True:
            page = self.page(cursor=cursor, **filters)
            yield from page.items
            if page.next is None:
                return
            cursor = page.next

    def page(
        self, *, limit: int = 100, cursor: str | None = None, **filters: Unpack[Filters]
    ) -> DecisionPage:
        """Return one page of a search; its `next` is the cursor of the page after it."""
        query = query_of(filters) | {"limit": str(limit)}
        if cursor is not None:
            query["cursor"] = cursor
        return self._get(_DECISIONS, DecisionPage, query)

    def statistics(self, **filters: Unpack[Filters]) -> Statistics:
        """Return how many decisions meet the filters: by outcome, by rule and by month."""
        return self._get(f"{_DECISIONS}/statistics", Statistics, query_of(filters))

    def receipt(self, decision: Logged) -> str:
        """Return a receipt that verifies without the service: `assent verify` reads the file."""
        path = f"{_path(decision)}/receipt"
        request = Request(method="GET", path=path, is_repeatable=True, accept=_TEXT)
        return self._transport.call(request).body.decode()

    def replay(self, decision: Logged) -> Replay:
        """Have a decision made again, and compared with what was recorded."""
        path = f"{_path(decision)}/replay"
        return self._answer(Request(method="POST", path=path, is_repeatable=True), Replay)

    def policy_set(self, name: str) -> PolicySetClient:
        """Return a policy set, to publish a version of it step by step."""
        return PolicySetClient(self._transport, name)

    def _get(
        self,
        path: str,
        type: type[_Answer],  # noqa: A002 - as in msgspec.
        query: dict[str, str] | None = None,
    ) -> _Answer:
        request = Request(method="GET", path=path, is_repeatable=True, query=query or {})
        return self._answer(request, type)

    def _answer(self, request: Request, type: type[_Answer]) -> _Answer:  # noqa: A002 - likewise.
        return decoded(self._transport.call(request).body, type)


def _token(key: str | Path) -> str:
    text = key.read_text(encoding="utf-8").strip() if isinstance(key, Path) else key
    if not text or not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("this is no key: it is `assent_…` alone, or an access token")
    return text


def _path(decision: Logged) -> str:
    id_ = decision if isinstance(decision, str) else decision.id
    if id_ is None:
        raise ValueError("the decision of a dry run is not in the log")
    return f"{_DECISIONS}/{quote(id_, safe='')}"


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
    terms = {
        "policy_set": policy_set,
        "as_of": None if as_of is None else instant(as_of, "as_of"),
        "as_if_launched": None if as_if_launched is None else as_if_launched.isoformat(),
    }
    return {name: value for name, value in terms.items() if value is not None}


def _shown(format: Format, *, with_rules: bool, with_receipt: bool) -> dict[str, str]:  # noqa: A002 - as above.
    query = {"format": str(format)}
    if with_rules:
        query["view"] = "full"
    if with_receipt:
        query["receipt"] = "wait"
    return query
