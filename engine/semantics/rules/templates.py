"""The texts of rules: messages, remedies and duties, which name in braces what is filled in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from ...source.quoting import series
from ...source.text import Span
from ...syntax import tree as syntax
from .. import faults
from ..elaborate import Scope, fact, parameter
from ..tree import (
    Condition,
    Constant,
    FactTerm,
    Filling,
    LookupTerm,
    ParameterTerm,
    Template,
    ValueTerm,
    bound_elements,
    sensitive_elements,
    terms_below,
)
from ..types import RecordType, Type

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
"""What is filled in when a message is shown; the group is the path of a fact."""

_PATH = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """Reads the texts of one rule.

    `named` is what they may name; None where that is unknown, as the main clause has faults.
    `lookups` are those of the main clause, each once.
    """

    scope: Scope
    named: Scope | None
    lookups: tuple[LookupTerm, ...] = ()

    @classmethod
    def of(cls, scope: Scope, main: Condition | None) -> "Texts":
        """Return the texts of a rule, which may name what its main clause binds and looks up."""
        if main is None:
            return cls(scope=scope, named=None)
        lookups = (each for each in terms_below(main) if isinstance(each, LookupTerm))
        named = replace(
            scope,
            variables={**scope.variables, **bound_elements(main)},
            sensitive=sensitive_elements(main),
        )
        return cls(scope=scope, named=named, lookups=tuple(dict.fromkeys(lookups)))

    def template(self, text: syntax.TextLiteral) -> Template:
        """Return a text with what its placeholders name, reporting those that name nothing."""
        parts: list[str | Filling] = []
        literal = text.value
        done = 0
        for match in PLACEHOLDER.finditer(literal):
            filling = self._filling(match[1], self._inside(text.span, match[0]))
            parts.append(literal[done : match.start()])
            if filling is not None:
                parts.append(filling)
            done = match.end()
        parts.append(literal[done:])
        return Template(parts=tuple(part for part in parts if part != ""))

    def _inside(self, span: Span, placeholder: str) -> Span:
        """Return the span of what stands between the braces of a placeholder in a text."""
        offset = self.scope.source.slice(span).find(placeholder)
        if offset < 0:  # Escapes make it read differently in the source.
            return span
        start = span.start + offset + 1
        return Span(source=span.source, start=start, end=start + len(placeholder) - 2)

    def _filling(self, written: str, span: Span) -> Filling | None:
        """Return what a placeholder names, or report why it cannot be filled in."""
        if written in self.scope.parameters:
            return parameter(self.scope, syntax.Step(span=span, name=written))
        if written in self.scope.tables:
            return self._looked_up(written, span)
        root = self.scope.vocabulary.root
        first = written.partition(".")[0]
        is_path = _PATH.fullmatch(written) is not None
        named = self.named
        if named is None and is_path and first != root:
            return None  # What the main clause binds is unknown while it has faults of its own.
        if not is_path or (first != root and (named is None or first not in named.variables)):
            reason = "neither a fact, nor a parameter, nor an element that the main clause binds"
            is_rootless = first in self.scope.vocabulary.campaign.facts
            meant = f"facts begin with the campaign: `{{{root}.{written}}}`" if is_rootless else ""
            self.scope.report(faults.structure.placeholder(span, written, reason, meant))
            return None
        steps, start = [], span.start
        for name in written.split("."):
            where = Span(source=span.source, start=start, end=start + len(name))
            steps.append(syntax.Step(span=where, name=name))
            start = where.end + 1
        found = fact(named or self.scope, syntax.Path(span=span, steps=tuple(steps)))
        if found is not None and found.sensitive:
            self.scope.report(faults.facts.sensitive_shown(span, written))
            return None
        if found is not None and isinstance(found.type, RecordType):
            reason = "a group of facts, not one of them"
            facts = list(self.scope.vocabulary.records[found.type.name].facts)[:2]
            below = series(f"{{{written}.{name}}}" for name in facts)
            self.scope.report(
                faults.structure.placeholder(span, written, reason, f"name its facts: {below}")
            )
            return None
        return found

    def _looked_up(self, name: str, span: Span) -> LookupTerm | None:
        """Return the one lookup in a table that the main clause makes."""
        if self.named is None or self.named.tables[name] is None:
            return None  # What the main clause looks up is unknown while it has faults.
        found = [term for term in self.lookups if term.name == name]
        if len(found) != 1:
            reason = "a table that the main clause does not look up exactly once"
        elif not all(_can_be_shown(each, self.named.variables) for each in found[0].arguments):
            reason = "a table that the main clause looks up by calculated values"
        elif any(isinstance(each, FactTerm) and each.sensitive for each in found[0].arguments):
            self.scope.report(faults.facts.sensitive_shown(span, name))
            return None
        else:
            return replace(found[0], span=span)
        self.scope.report(faults.structure.placeholder(span, name, reason))
        return None


def _can_be_shown(argument: ValueTerm, bound: Mapping[str, Type]) -> bool:
    """Whether a text can say again what a table was looked up by."""
    match argument:
        case FactTerm(variable=variable):
            return variable is None or variable in bound
        case _:
            return isinstance(argument, Constant | ParameterTerm)
