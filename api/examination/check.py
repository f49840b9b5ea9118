"""The check: every diagnostic of some policies, at their places as a person sees them.

It runs no tests and decides nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date

from engine.bundle.bundle import Builder, Bundle, sources_of
from engine.bundle.load import is_list, is_policy
from engine.semantics.adopted import is_adopted
from engine.source.diagnostic import Diagnostic, in_order
from engine.source.render import render_json
from engine.source.text import Source
from engine.syntax.excess import is_unread
from engine.testing.untested import untested, without_campaign

from .policy_files import PolicyFiles


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What came of building a set: the bundle, if any, and the diagnostics with their sources."""

    bundle: Bundle | None
    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, Source]

    @property
    def policies(self) -> int:
        """How many policy files are meant."""
        return sum(map(is_policy, self.sources))

    @property
    def errors(self) -> int:
        """How many of the diagnostics are errors."""
        return sum(diagnostic.is_error for diagnostic in self.diagnostics)


def check(policies: PolicyFiles, day: date | None = None) -> Checked:
    """Return the bundle that policies make, and every diagnostic in the files that are meant.

    With a day, what is out of date on it is warned of, unless the policies have errors.
    """
    builder = Builder()
    bundle, found = builder.build(policies.name, policies.files)
    if bundle is not None:
        old = () if day is None else builder.outdated(policies.files, day)
        # Beside a file that was taken alone the campaigns of its tests were not read.
        lacking = () if policies.is_completed else without_campaign(bundle)
        found = in_order((*found, *untested(bundle), *lacking, *old))
    # A file that was not read to its end keeps the others from being judged, so it is shown too;
    # and so is a list with faults, which is no policy and cannot be named.
    blamed = frozenset(each.span.source for each in found if _is_always_shown(each))
    named = policies.only if policies.only is not None else _own(policies.files)
    meant = blamed.union(named)
    sources = {
        name: replace(source, name=policies.shown(name))
        for name, source in sources_of(policies.files).items()
        if name in meant
    }
    diagnostics = tuple(
        replace(each, span=replace(each.span, source=policies.shown(each.span.source)))
        for each in found
        if each.span.source in sources
    )
    return Checked(
        bundle=bundle,
        diagnostics=diagnostics,
        sources={source.name: source for source in sources.values()},
    )


def _own(files: Mapping[str, str]) -> Iterator[str]:
    """Yield the policies of a set that were not adopted from elsewhere."""
    return (name for name in files if is_policy(name) and not is_adopted(name))


def _is_always_shown(diagnostic: Diagnostic) -> bool:
    return is_unread(diagnostic) or is_list(diagnostic.span.source)


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """How many errors and warnings there are, in how many policy files."""

    errors: int
    warnings: int
    files: int

    @classmethod
    def of(cls, results: Sequence[Checked]) -> "Totals":
        """Return what some sets come to together."""
        return cls(
            errors=sum(each.errors for each in results),
            warnings=sum(len(each.diagnostics) - each.errors for each in results),
            files=sum(each.policies for each in results),
        )


def document(results: Sequence[Checked]) -> dict[str, object]:
    """Return the JSON form of the diagnostics of some sets."""
    found = [each for made in results for each in render_json(made.diagnostics, made.sources)]
    return {"diagnostics": found, **asdict(Totals.of(results))}
