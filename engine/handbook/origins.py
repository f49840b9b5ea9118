"""Policies and rules as they are written: titles, order, text, and the comments above them.

The typed core has no titles of policies and no comments, so the files are read once more.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from textwrap import dedent

from ..bundle.bundle import Bundle, policy_sources
from ..source.text import Source, Span
from ..syntax.parse import parse
from ..syntax.tree import Policy
from ..syntax.visit import items_of
from .values import Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenPolicy:
    """A policy as it stands in its file, with the origin of each rule by its id."""

    name: str
    title: str
    note: str
    common: str
    file: str
    rules: dict[str, Origin]


def written_policies(bundle: Bundle) -> Iterator[WrittenPolicy]:
    """Yield the policies in the order of their files, and of their places there."""
    for source in policy_sources(bundle.files).values():
        tree, _ = parse(source)
        for policy in items_of(Policy, (tree,)):
            yield _policy(policy, source)


def _policy(node: Policy, source: Source) -> WrittenPolicy:
    name = node.name.text
    return WrittenPolicy(
        name=name,
        title=node.title.value if node.title else name.replace("_", " ").capitalize(),
        note=_note(source, node.span),
        common=_common(source, node),
        file=source.name,
        rules={f"{name}/{rule.name.text}": _origin(source, rule.span) for rule in node.rules},
    )


def _common(source: Source, node: Policy) -> str:
    """Return the clauses that hold for every rule of a policy, as they are written."""
    if not node.clauses:
        return ""
    first, last = node.clauses[0].span, node.clauses[-1].span
    return _text(source, first.to(last))


def _text(source: Source, span: Span) -> str:
    indent = " " * (source.locate(span.start).column - 1)
    return dedent(indent + source.slice(span)).rstrip()


def _origin(source: Source, span: Span) -> Origin:
    return Origin(
        file=source.name,
        line=source.locate(span.start).line,
        text=_text(source, span),
        note=_note(source, span),
    )


def _note(source: Source, span: Span) -> str:
    """Return the comment that stands directly above, as one paragraph."""
    number = source.locate(span.start).line - 1
    found: list[str] = []
    while number > 0 and source.line(number).lstrip().startswith("#"):
        found.insert(0, source.line(number).strip().lstrip("#").strip())
        number -= 1
    return " ".join(filter(None, found))
