"""A snapshot: all files of a set of policies at one moment of their writing, and what they mean.

A snapshot is never changed. The next one takes over what it knows of files that stayed the same, so
that a keystroke costs the parsing and the checking of one file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from ..bundle.bundle import Parsed, Thoughts, policy_sources, sources_of, understand
from ..semantics.check import Checked
from ..semantics.lint import outdated
from ..semantics.tree import Policies
from ..semantics.vocabulary import RecordShape, Vocabulary
from ..source.diagnostic import Diagnostic, in_order
from ..source.text import Source
from ..syntax.parse import parse
from .naming import index
from .symbols import Index

_NO_VOCABULARY = Vocabulary(
    root="campaign", records={"campaign": RecordShape(name="campaign", label="", facts={})}
)


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """Policy files and lists by their name in the set, the former parsed.

    Without a vocabulary there is no meaning.
    """

    sources: Mapping[str, Source]
    parsed: Mapping[str, Parsed] = field(repr=False)
    meaning: Checked | None = field(repr=False)
    diagnostics: tuple[Diagnostic, ...]
    thoughts: Thoughts = field(repr=False, compare=False)

    @property
    def policies(self) -> Policies:
        """What decides, as far as it is free of faults."""
        if self.meaning is None:
            return Policies(vocabulary=_NO_VOCABULARY, sets={}, rules=())
        return self.meaning.policies

    @property
    def vocabulary(self) -> Vocabulary:
        """The facts that conditions may speak of; none where no vocabulary is declared."""
        return self.policies.vocabulary

    @cached_property
    def names(self) -> Index:
        """Every name of the files, found once one is asked for: diagnostics need none."""
        return index([file for file, _ in self.parsed.values()], self.sources, self.vocabulary)

    def of_file(self, name: str, today: date) -> tuple[Diagnostic, ...]:
        """Return the diagnostics of one file, with what is out of date in it today."""
        trees = (self.parsed[name][0],) if name in self.parsed else ()
        own = (each for each in self.diagnostics if each.span.source == name)
        return in_order((*own, *outdated(trees, today)))


def take(files: Mapping[str, str], *, earlier: Snapshot | None = None) -> Snapshot:
    """Return the snapshot of files by their names; what is neither policy nor list is left out."""
    sources = sources_of(files)
    known = {} if earlier is None else earlier.parsed
    unchanged = {} if earlier is None else earlier.sources
    parsed = {
        name: known[name] if unchanged.get(name) == source else parse(source)
        for name, source in policy_sources(files).items()
    }
    thoughts = Thoughts() if earlier is None else earlier.thoughts
    meaning, diagnostics = understand(parsed, sources, thoughts)
    return Snapshot(
        sources=sources,
        parsed=parsed,
        meaning=meaning,
        diagnostics=diagnostics,
        thoughts=thoughts,
    )
