"""Who is shown what: every answer with contents of the log in clear has an entry of the log first.

The entry is durable before the answer is sent. Where it cannot be written, there is no answer: what
is raised then is what a decision that cannot be recorded raises.
"""

from engine.audit.acts import Access, Action
from engine.audit.spans import Spans
from engine.storage.keys import ApiKey

from .service import Service


def note_access(service: Service, key: ApiKey, action: Action, entries: Spans) -> None:
    """Log that a key is shown contents of some entries. Raises `LogError` if it is not logged."""
    service.committer.append(Access(entries=entries, action=action, actor=key.name))
