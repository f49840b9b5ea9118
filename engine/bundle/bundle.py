"""The bundle: policy files and what they mean together, under one digest."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..evaluation.decode import Decoder
from ..evaluation.program import Program, compile_program
from ..semantics.cases import Case
from ..semantics.check import Checked, check
from ..semantics.lint import lint
from ..semantics.tree import Policies
from ..source.diagnostic import Diagnostic, in_order
from ..source.text import Source
from ..syntax.parse import parse
from ..syntax.tree import File

Parsed = tuple[File, tuple[Diagnostic, ...]]
"""The tree of a file, and what is wrong with its syntax."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """Policies that decide together.

    `files` are all files by their path in the bundle: policy text, and the data that its tests
    use. The digest covers every byte of them and nothing else.
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
        return self.digest.removeprefix("sha256:")[:12]


def digest_of(files: Mapping[str, str]) -> str:
    """Return the digest of files: SHA-256 over the JSON of their names and texts, names sorted."""
    listed = json.dumps(dict(sorted(files.items())), ensure_ascii=False, separators=(",", ":"))
    # Half of a surrogate pair cannot be written in UTF-8, and still has its digest.
    return "sha256:" + hashlib.sha256(listed.encode(errors="surrogatepass")).hexdigest()


def is_policy(name: str) -> bool:
    """Whether a file of a bundle is policy text."""
    return name.endswith(".policy")


def policy_sources(files: Mapping[str, str]) -> dict[str, Source]:
    """Return the policy texts among files, by name."""
    names = sorted(filter(is_policy, files))
    return {name: Source(name=name, text=files[name]) for name in names}


def build(name: str, files: Mapping[str, str]) -> tuple[Bundle | None, tuple[Diagnostic, ...]]:
    """Return the bundle that files make, and every diagnostic; no bundle where one is an error."""
    sources = policy_sources(files)
    checked, diagnostics = understand({each: parse(sources[each]) for each in sources}, sources)
    if checked is None or any(diagnostic.is_error for diagnostic in diagnostics):
        return None, diagnostics
    return _assembled(name, files, checked), diagnostics


def understand(
    parsed: Mapping[str, Parsed], sources: Mapping[str, Source]
) -> tuple[Checked | None, tuple[Diagnostic, ...]]:
    """Return what parsed files mean together, and every diagnostic, those of parsing included."""
    checked, faults = check({name: file for name, (file, _) in parsed.items()}, sources)
    lexical = (fault for _, found in parsed.values() for fault in found)
    diagnostics = in_order((*lexical, *faults))
    if checked is None or any(diagnostic.is_error for diagnostic in diagnostics):
        return checked, diagnostics
    doubts = lint(checked.policies, (file for file, _ in parsed.values()))
    return checked, in_order((*diagnostics, *doubts))


def _assembled(name: str, files: Mapping[str, str], checked: Checked) -> Bundle:
    return Bundle(
        name=name,
        digest=digest_of(files),
        files=dict(files),
        policies=checked.policies,
        cases=checked.cases,
        program=compile_program(checked.policies),
        decoder=Decoder(checked.policies.vocabulary),
    )
