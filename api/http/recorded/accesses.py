"""Audit of read access: every answer that discloses logged contents has a log entry first.

The entry is durable before the answer is sent. If it cannot be written, there is no answer, and the
error is that of a decision that cannot be recorded.
"""

from collections.abc import Iterable
from itertools import islice

from api.http.service import Service
from engine.audit.entries.acts import Access, Action
from engine.audit.merkle.spans import Span
from engine.storage.keys import ApiKey

SPANS = 2_000
"""The most spans that one entry of an access names: a leaf has room for them in any log."""


def note_access(service: Service, key: ApiKey, action: Action, entries: Iterable[Span]) -> None:
    """Log that a key is shown contents of some entries, whose spans ascend.

    It takes as many entries of the log as there are spans for; one where nothing is shown. Raises
    `LogError` if any of it is not logged.
    """
    rest = iter(entries)
    spans = tuple(islice(rest, SPANS))
    while True:
        service.committer.append(Access(entries=spans, action=action, actor=key.name))
        spans = tuple(islice(rest, SPANS))
        if not spans:
            return
