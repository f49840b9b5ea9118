"""A policy set, as those who publish its versions act on it: with four eyes, one step at a time.

Each step names the revision that was seen, and is refused with `ConflictError` where somebody else
was there first. A step that may have arrived is not sent again.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TypeVar, Unpack
from urllib.parse import quote

from engine.bundle.load import read_directory

from .answers import PolicySet, Version
from .bodies import decoded, encoded, instant
from .filters import Filters, query_of
from .impact import Impact
from .transport import Request, Transport

PAGE = 500
"""So many decisions are gone through by one request."""

_Answer = TypeVar("_Answer")


class PolicySetClient:
    """One policy set of a service. `Client.policy_set` makes it."""

    def __init__(self, transport: Transport, name: str) -> None:
        self._transport = transport
        self._path = f"/v1/policy-sets/{quote(name, safe='')}"

    def show(self) -> PolicySet:
        """Return what is in force, what was before, and what waits for its time."""
        return self._get(self._path, PolicySet)

    def version(self, version: str) -> Version:
        """Return a version, by its digest or the first twelve digits of it."""
        return self._get(self._of(version), Version)

    def push(self, policies: Path | Mapping[str, str]) -> Version:
        """Upload a folder, or texts by their paths, as a draft; the same files are one version.

        Raises `engine.bundle.load.UnreadableError` where the folder cannot be read.
        """
        files = read_directory(policies) if isinstance(policies, Path) else dict(policies)
        request = Request(
            method="POST",
            path=f"{self._path}/versions",
            is_repeatable=True,
            headers={"Content-Type": "application/json"},
            body=encoded({"files": files}),
        )
        return decoded(self._transport.call(request).body, Version)

    def impact(
        self,
        version: Version | str,
        *,
        against: Version | str | None = None,
        **filters: Unpack[Filters],
    ) -> Impact:
        """Return what a version would have decided of the decisions that meet the filters.

        It is held against what was recorded, or `against` what another version decides. It is asked
        for page by page. Without the role `auditor`, `since`, `until` and `as_of` are
        all there is to filter by, and the answer is counts.
        """
        made: Impact | None = None
        query = query_of(filters) | {"limit": str(PAGE)}
        if against is not None:
            query["against"] = _digest(against)
        while made is None or made.next is not None:
            request = Request(
                method="POST",
                path=f"{self._of(_digest(version))}/impact",
                is_repeatable=True,
                query=query if made is None else {**query, "cursor": str(made.next)},
            )
            page = decoded(self._transport.call(request).body, Impact)
            made = page if made is None else made.with_page(page)
        return made

    def submit(self, seen: Version, *, reason: str | None = None) -> Version:
        """Submit a version for review."""
        return self._move(seen, "submit", reason)

    def approve(self, seen: Version, *, reason: str | None = None) -> Version:
        """Approve a version, as another person than its authors."""
        return self._move(seen, "approve", reason)

    def reject(self, seen: Version, *, reason: str) -> Version:
        """Send a version back to its author."""
        return self._move(seen, "reject", reason)

    def activate(
        self,
        version: Version,
        *,
        seen: PolicySet | None = None,
        since: datetime | None = None,
        reason: str | None = None,
    ) -> PolicySet:
        """Put an approved version into force, at once or at a time to come.

        `seen` is the set as it was read; without it, it is taken as it is now.
        """
        body = {"version": version.digest} | _given(reason)
        if since is not None:
            body["from"] = instant(since, "since")
        return self._change("activate", seen, body)

    def roll_back(self, *, seen: PolicySet | None = None, reason: str | None = None) -> PolicySet:
        """Put the version before into force again; what waits for its time is cancelled."""
        return self._change("rollback", seen, _given(reason))

    def _get(self, path: str, type: type[_Answer]) -> _Answer:  # noqa: A002 - as in msgspec.
        request = Request(method="GET", path=path, is_repeatable=True)
        return decoded(self._transport.call(request).body, type)

    def _of(self, version: str) -> str:
        return f"{self._path}/versions/{quote(version, safe=':')}"

    def _move(self, seen: Version, step: str, reason: str | None) -> Version:
        path = f"{self._of(seen.digest)}/{step}"
        return decoded(self._post(path, seen.revision, _given(reason)), Version)

    def _change(self, step: str, seen: PolicySet | None, body: Mapping[str, str]) -> PolicySet:
        revision = (seen or self.show()).revision
        return decoded(self._post(f"{self._path}/{step}", revision, body), PolicySet)

    def _post(self, path: str, revision: int, body: Mapping[str, str]) -> bytes:
        headers = {"Content-Type": "application/json", "If-Match": f'"{revision}"'}
        request = Request(
            method="POST", path=path, is_repeatable=False, headers=headers, body=encoded(body)
        )
        return self._transport.call(request).body


def _digest(version: Version | str) -> str:
    return version if isinstance(version, str) else version.digest


def _given(reason: str | None) -> dict[str, str]:
    return {} if reason is None else {"reason": reason}
