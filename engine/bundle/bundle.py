"""The bundle: policy files and what they mean together, under one digest."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

from ..evaluation.compiled.program import Program
from ..evaluation.descriptor.combinations import combinations_of
from ..evaluation.descriptor.decode import Decoder
from ..evaluation.presumption import presumption_faults
from ..semantics.adopted import is_adopted, without_adopted_tests
from ..semantics.cases import Case
from ..semantics.check import Checked, check
from ..semantics.lint import lint, outdated
from ..semantics.tree import Policies, Rule
from ..source.diagnostic import Diagnostic, in_order
from ..source.memory import Memory
from ..source.text import Source
from ..syntax.excess import is_unread
from ..syntax.parse import parse
from ..syntax.tree import File
from .collector import Collector
from .load import is_list, is_policy

Parsed: TypeAlias = tuple[File, tuple[Diagnostic, ...]]
"""The tree of a file, and what is wrong with its syntax."""
Built: TypeAlias = tuple["Bundle | None", tuple[Diagnostic, ...]]
"""The bundle that files make, unless they have errors, and everything that is wrong with them."""

_COLLECTOR = Collector()
"""There is one in a process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """Policies that decide together.

    `files` are all files by their path in the bundle: policy text, the lists that its sets read,
    and the campaigns of its tests. The digest covers every byte of them and nothing else.
    """

    name: str
    digest: str
    files: Mapping[str, str]
    policies: Policies
    cases: tuple[Case, ...]
    program: Program = field(repr=False)
    decoder: Decoder = field(repr=False)

    @property
    def version(self) -> str:
        """The first twelve digits of the digest, for people."""
        return short_digest(self.digest)

    def is_tested_here(self, file: str) -> bool:
        """Whether what a file holds is for the tests of this bundle to show.

        What a profile adopts has been tested where it was written, and comes without its tests.
        """
        return not is_adopted(file) or any(is_adopted(each.location.source) for each in self.cases)

    @property
    def own_rules(self) -> tuple[Rule, ...]:
        """The rules that are for the tests of this bundle to show."""
        rules = self.policies.rules
        return tuple(rule for rule in rules if self.is_tested_here(rule.main.location.source))


def digest_of(files: Mapping[str, str]) -> str:
    """Return the digest of files: SHA-256 over the RFC 8785 JSON of their texts by name."""
    by_name = {name: files[name] for name in sorted(files, key=_units)}
    listed = json.dumps(by_name, ensure_ascii=False, separators=(",", ":"))
    # Half of a surrogate pair cannot be written in UTF-8, and still has its digest.
    return digest_of_text(listed.encode(errors="surrogatepass"))


def digest_of_text(listed: bytes) -> str:
    """Return the digest of files whose texts by name are this RFC 8785 JSON."""
    return f"sha256:{hashlib.sha256(listed).hexdigest()}"


def short_digest(digest: str) -> str:
    """Return the first twelve digits of a digest, by which people name a version."""
    return digest.removeprefix("sha256:")[:12]


def _units(name: str) -> bytes:
    """Return a name as RFC 8785 sorts it: by its units in UTF-16."""
    return name.encode("utf-16-be", errors="surrogatepass")


def policy_sources(files: Mapping[str, str]) -> dict[str, Source]:
    """Return the policy texts among files, by name."""
    names = sorted(filter(is_policy, files))
    return {name: Source(name=name, text=files[name]) for name in names}


def sources_of(files: Mapping[str, str]) -> dict[str, Source]:
    """Return every text among files that diagnostics may point into: policies and lists."""
    names = sorted(name for name in files if is_policy(name) or is_list(name))
    return {name: Source(name=name, text=files[name]) for name in names}


def build(name: str, files: Mapping[str, str]) -> Built:
    """Return the bundle that files make, and every diagnostic; no bundle where one is an error."""
    return Builder().build(name, files)


class Builder:
    """Builds bundles one after another, and nothing twice: for a service or an editor.

    It keeps what it made the last time, in memory alone. A file of the same name and text is not
    parsed again; its rules are neither checked nor reasoned about again where all files declare the
    same; the same files under the same name make the very same bundle. Texts are compared whole, so
    that what is kept is never taken for something else. Threads may share it.
    """

    def __init__(self) -> None:
        self._parsed: Mapping[Source, Parsed] = {}
        self._thoughts = Thoughts()
        self._last: tuple[str, Mapping[str, str], Built] | None = None

    def copy(self) -> "Builder":
        """Return another builder, for other files of which many are the same."""
        other = Builder()
        other._parsed, other._thoughts = self._parsed, self._thoughts.copy()
        return other

    def build(self, name: str, files: Mapping[str, str]) -> Built:
        """Return the bundle that files make, and every diagnostic, as `build` does."""
        last = self._last
        if last is not None and last[:2] == (name, files):
            return last[2]
        policies = policy_sources(files)
        with _COLLECTOR.at_rest():
            parsed = self._read(policies)
            checked, found = understand(parsed, sources_of(files), self._thoughts)
            sound = None if any(each.is_error for each in found) else checked
            made = None if sound is None else _assembled(name, files, sound), found
        self._parsed = {policies[each]: parsed[each] for each in policies}
        self._last = (name, dict(files), made)
        return made

    def outdated(self, files: Mapping[str, str], day: date) -> tuple[Diagnostic, ...]:
        """Return warnings of what is out of date in files on a day."""
        trees = [tree for tree, _ in self._read(policy_sources(files)).values()]
        return in_order(outdated(trees, day))

    def _read(self, policies: Mapping[str, Source]) -> dict[str, Parsed]:
        kept = self._parsed
        return {name: kept.get(text) or parse(text) for name, text in policies.items()}


@dataclass(frozen=True, slots=True)
class Thoughts:
    """What was understood of files the last time: what they mean, and what was proved of it."""

    meanings: Memory = field(default_factory=Memory)
    proofs: Memory = field(default_factory=Memory)

    def copy(self) -> "Thoughts":
        """Return the same, to be thought on by itself."""
        return Thoughts(meanings=self.meanings.copy(), proofs=self.proofs.copy())


def understand(
    parsed: Mapping[str, Parsed], sources: Mapping[str, Source], thoughts: Thoughts
) -> tuple[Checked | None, tuple[Diagnostic, ...]]:
    """Return what parsed files mean together, and every diagnostic, those of parsing included.

    `sources` are the texts of those files, and of the lists that they may name. `thoughts` are kept
    from one time to the next, for files of which few change.
    Where a file was not read to its end, what it declares is not known, and nothing is checked.
    """
    lexical = [fault for _, found in parsed.values() for fault in found]
    if any(map(is_unread, lexical)):
        return None, in_order(lexical)
    trees = without_adopted_tests({name: file for name, (file, _) in parsed.items()})
    checked, faults = check(trees, sources, thoughts.meanings)
    presuming = presumption_faults(checked.policies) if checked is not None else ()
    diagnostics = in_order((*lexical, *faults, *presuming))
    if checked is None or any(diagnostic.is_error for diagnostic in diagnostics):
        return checked, diagnostics
    doubts = lint(checked.policies, trees.values(), thoughts.proofs)
    return checked, in_order((*diagnostics, *doubts))


def _assembled(name: str, files: Mapping[str, str], checked: Checked) -> Bundle:
    return Bundle(
        name=name,
        digest=digest_of(files),
        files=dict(files),
        policies=checked.policies,
        cases=checked.cases,
        program=Program(checked.policies),
        decoder=Decoder(checked.policies.vocabulary, combinations_of(checked.policies)),
    )
