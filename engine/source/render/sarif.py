"""Diagnostics as a log in SARIF 2.1.0 (OASIS standard of 27 March 2020), for review tools.

Columns count UTF-16 code units from one. Names of files become URI references, relative to
`%SRCROOT%`, which the reader knows; an absolute path becomes a `file` URI. The help of each rule is
its page, as Markdown.
"""

from collections.abc import Iterable, Mapping
from pathlib import PurePath
from urllib.parse import quote

from ...version import __version__
from ..codes import Page, find_page
from ..diagnostic import Diagnostic, mending_text
from ..text import Source, Span

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)


def render_sarif(
    diagnostics: Iterable[Diagnostic], sources: Mapping[str, Source]
) -> dict[str, object]:
    """Return one log with one run, JSON-ready."""
    given = tuple(diagnostics)
    codes = sorted({diagnostic.code for diagnostic in given})
    driver = {
        "name": "Assent",
        "semanticVersion": __version__,
        "rules": [_rule(code, find_page(code)) for code in codes],
    }
    results = [_result(each, sources[each.span.source], codes) for each in given]
    run = {"tool": {"driver": driver}, "columnKind": "utf16CodeUnits", "results": results}
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(code: str, page: Page | None) -> dict[str, object]:
    if page is None:
        return {"id": code}
    return {
        "id": code,
        "shortDescription": {"text": page.title},
        "fullDescription": {"text": page.summary},
        "help": {"text": page.text, "markdown": page.text},
    }


def _result(diagnostic: Diagnostic, source: Source, codes: list[str]) -> dict[str, object]:
    location = {
        "artifactLocation": _artifact(source.name),
        "region": _region(source, diagnostic.span),
    }
    result: dict[str, object] = {
        "ruleId": diagnostic.code,
        "ruleIndex": codes.index(diagnostic.code),
        "level": diagnostic.severity.value,
        "message": {"text": _message(diagnostic)},
        "locations": [{"physicalLocation": location}],
    }
    inserted = mending_text(diagnostic, source)
    if inserted is not None:
        result["fixes"] = [_fix(diagnostic, source, inserted)]
    return result


def _message(diagnostic: Diagnostic) -> str:
    parts = (diagnostic.headline, diagnostic.label, diagnostic.help)
    return "\n".join(part for part in parts if part)


def _fix(diagnostic: Diagnostic, source: Source, inserted: str) -> dict[str, object]:
    replacement = {
        "deletedRegion": _region(source, diagnostic.span),
        "insertedContent": {"text": inserted},
    }
    change = {"artifactLocation": _artifact(source.name), "replacements": [replacement]}
    described = f"write `{inserted.strip()}`" if inserted.strip() else "take these words out"
    return {"description": {"text": described}, "artifactChanges": [change]}


def _artifact(name: str) -> dict[str, str]:
    path = PurePath(name)
    if path.is_absolute():
        return {"uri": path.as_uri()}
    return {"uri": quote(path.as_posix()), "uriBaseId": "%SRCROOT%"}


def _region(source: Source, span: Span) -> dict[str, int]:
    start_line, start_column = _place(source, span.start)
    end_line, end_column = _place(source, span.end)
    return {
        "startLine": start_line,
        "startColumn": start_column,
        "endLine": end_line,
        "endColumn": end_column,
    }


def _place(source: Source, offset: int) -> tuple[int, int]:
    """Return the line and the column in UTF-16 code units."""
    place = source.locate(offset)
    before = source.text[offset - place.column + 1 : offset]
    return place.line, len(before.encode("utf-16-le", "surrogatepass")) // 2 + 1
