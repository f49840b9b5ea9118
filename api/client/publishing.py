"""A policy set, as those who publish its versions act on it: with four eyes, one step at a time.

Each step names the revision that was seen, and is refused with `ConflictError` where somebody else
was there first. A step that may have arrived is not sent again.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Unpack
from urllib.parse import quote

import msgspec

from engine.bundle.load import read_directory

from .answers import Checked, ListedVersion, PolicySet, Version
from .asking import Asking, below
from .bodies import given, instant
from .filters import Filters, query_of
from .impact import Impact

PAGE = 500
"""So many decisions are gone through by one request."""

Policies = Path | Mapping[str, str]
"""A folder, or texts by their paths below it."""

_SETS = "/v1/policy-sets"


class _Files(msgspec.Struct, frozen=True, kw_only=True):
    files: dict[str, str]


def policy_sets(asking: Asking) -> tuple[PolicySet, ...]:
    """Return the policy sets of a service."""
    return asking.listed(_SETS, PolicySet)


def check_policies(asking: Asking, policies: Policies) -> Checked:
    """Have policies checked and tested, and keep nothing.

    Raises `engine.bundle.load.UnreadableError` where the folder cannot be read.
    """
    path, body = "/v1/policies/check", _upload(policies)
    return asking.send(path, Checked, body, is_repeatable=True, is_slow=True)


class PolicySetClient:
    """One policy set of a service. `Client.policy_set` makes it."""

    def __init__(self, asking: Asking, name: str) -> None:
        self._asking = asking
        self._path = below(_SETS, name)

    def show(self) -> PolicySet:
        """Return what is in force, what was before, and what waits for its time."""
        return self._asking.get(self._path, PolicySet)

    def versions(self) -> tuple[ListedVersion, ...]:
        """Return all its versions."""
        return self._asking.listed(f"{self._path}/versions", ListedVersion)

    def version(self, version: str) -> Version:
        """Return a version, by its digest or the first twelve digits of it."""
        return self._asking.get(self._of(version), Version)

    def files(self, version: ListedVersion | str) -> dict[str, str]:
        """Return the texts of a version by their paths."""
        return self._asking.get(f"{self._of(_digest(version))}/files", _Files).files

    def diff(self, new: ListedVersion | str, old: ListedVersion | str | None = None) -> str:
        """Return in sentences what changes in meaning, against `old` or what is in force."""
        query = {"new": _digest(new)} | ({} if old is None else {"old": _digest(old)})
        return self._asking.text(f"{self._path}/diff", query)

    def push(self, policies: Policies) -> Version:
        """Upload a folder, or texts by their paths, as a draft; the same files are one version.

        Raises `engine.bundle.load.UnreadableError` where the folder cannot be read.
        """
        path, body = f"{self._path}/versions", _upload(policies)
        return self._asking.send(path, Version, body, is_repeatable=True, is_slow=True)

    def impact(
        self,
        version: ListedVersion | str,
        *,
        against: ListedVersion | str | None = None,
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
            page = self._asking.send(
                f"{self._of(_digest(version))}/impact",
                Impact,
                query=query if made is None else {**query, "cursor": str(made.next)},
                is_repeatable=True,
            )
            made = page if made is None else made.with_page(page)
        return made

    def submit(self, seen: ListedVersion, *, reason: str | None = None) -> Version:
        """Submit a version for review."""
        return self._move(seen, "submit", reason)

    def approve(self, seen: ListedVersion, *, reason: str | None = None) -> Version:
        """Approve a version, as another person than its authors."""
        return self._move(seen, "approve", reason)

    def reject(self, seen: ListedVersion, *, reason: str) -> Version:
        """Send a version back to its author."""
        return self._move(seen, "reject", reason)

    def activate(
        self,
        version: ListedVersion,
        *,
        seen: PolicySet | None = None,
        since: datetime | None = None,
        reason: str | None = None,
    ) -> PolicySet:
        """Put an approved version into force, at once or at a time to come.

        It is examined once more before, which takes as long as at the upload. `seen` is the set as
        it was read; without it, it is taken as it is now.
        """
        body = {"version": version.digest} | given({"reason": reason})
        if since is not None:
            body["from"] = instant(since, "since")
        return self._change("activate", seen, body)

    def roll_back(self, *, seen: PolicySet | None = None, reason: str | None = None) -> PolicySet:
        """Put the version before into force again; what waits for its time is cancelled."""
        return self._change("rollback", seen, given({"reason": reason}))

    def _of(self, version: str) -> str:
        return f"{self._path}/versions/{quote(version, safe=':')}"

    def _move(self, seen: ListedVersion, step: str, reason: str | None) -> Version:
        path, body = f"{self._of(seen.digest)}/{step}", given({"reason": reason})
        return self._asking.send(path, Version, body, seen=seen.revision, is_slow=True)

    def _change(self, step: str, seen: PolicySet | None, body: Mapping[str, str]) -> PolicySet:
        revision = (seen or self.show()).revision
        path = f"{self._path}/{step}"
        return self._asking.send(path, PolicySet, body, seen=revision, is_slow=True)


def _upload(policies: Policies) -> dict[str, object]:
    return {"files": read_directory(policies) if isinstance(policies, Path) else dict(policies)}


def _digest(version: ListedVersion | str) -> str:
    return version if isinstance(version, str) else version.digest
