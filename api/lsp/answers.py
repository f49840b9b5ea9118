"""What `engine.ide` answers, in the shapes of the protocol."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from lsprotocol import types
from pygls.workspace import PositionCodec

from api.lsp.folders import Folder
from api.lsp.positions import Lines
from engine.ide.completion import Candidate, Sort
from engine.ide.edits import Edit, Fix
from engine.ide.hover import Hover
from engine.ide.outline import Entry
from engine.source.codes import find_page
from engine.source.diagnostic import Diagnostic, Severity
from engine.source.text import Span

_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
}
_ICONS = {
    Sort.KEYWORD: types.CompletionItemKind.Keyword,
    Sort.FACT: types.CompletionItemKind.Field,
    Sort.MEMBER: types.CompletionItemKind.EnumMember,
    Sort.NAME: types.CompletionItemKind.Constant,
    Sort.TYPE: types.CompletionItemKind.Struct,
}
_SYMBOLS = {
    "module": types.SymbolKind.Module,
    "instrument": types.SymbolKind.Constant,
    "vocabulary": types.SymbolKind.Namespace,
    "record": types.SymbolKind.Struct,
    "type": types.SymbolKind.Enum,
    "fact": types.SymbolKind.Field,
    "set": types.SymbolKind.Array,
    "policy": types.SymbolKind.Package,
    "rule": types.SymbolKind.Function,
    "waiver": types.SymbolKind.Key,
    "test": types.SymbolKind.Event,
}
"""Other constructs are shown as objects."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """Makes answers about the files of one folder."""

    folder: Folder
    codec: PositionCodec
    _lines: dict[str, Lines] = field(default_factory=dict)

    def lines(self, name: str) -> Lines:
        """Return the lines of a file."""
        if name not in self._lines:
            text = self.folder.snapshot.sources[name].text
            self._lines[name] = Lines(text, self.codec)
        return self._lines[name]

    def range(self, span: Span) -> types.Range:
        """Return the range of a span."""
        return self.lines(span.source).range(span)

    def locations(self, spans: Iterable[Span]) -> list[types.Location]:
        """Return spans as places in files."""
        return [
            types.Location(uri=self.folder.uri(each.source), range=self.range(each))
            for each in spans
        ]

    def diagnostics(self, name: str) -> list[types.Diagnostic]:
        """Return the diagnostics of a file, as they are today."""
        lines, today = self.lines(name), datetime.now(UTC).date()
        return [_diagnostic(each, lines) for each in self.folder.snapshot.of_file(name, today)]

    def hover(self, hover: Hover) -> types.Hover:
        """Return what is shown beside the cursor."""
        content = types.MarkupContent(kind=types.MarkupKind.Markdown, value=hover.text)
        return types.Hover(contents=content, range=self.range(hover.span))

    def completion(self, candidates: Iterable[Candidate]) -> types.CompletionList:
        """Return candidates in their order.

        More of them may fit what is typed next: facts are looked for once some letters stand.
        """
        items = [self._item(place, each) for place, each in enumerate(candidates)]
        return types.CompletionList(is_incomplete=True, items=items)

    def _item(self, place: int, candidate: Candidate) -> types.CompletionItem:
        told = f"{candidate.text} {candidate.detail}"
        found_by = told if candidate.by_meaning else candidate.text
        return types.CompletionItem(
            label=candidate.text,
            kind=_ICONS[candidate.sort],
            detail=candidate.detail or None,
            sort_text=f"{place:04}",
            filter_text=found_by,
            text_edit=types.TextEdit(range=self.range(candidate.span), new_text=candidate.text),
        )

    def symbols(self, entries: Iterable[Entry]) -> list[types.DocumentSymbol]:
        """Return the outline of a file."""
        return [
            types.DocumentSymbol(
                name=each.name or each.kind,
                detail=each.title if each.title != each.name else None,
                kind=_SYMBOLS.get(each.kind, types.SymbolKind.Object),
                range=self.range(each.span),
                selection_range=self.range(each.name_span),
                children=self.symbols(each.inner),
            )
            for each in entries
        ]

    def text_edit(self, edit: Edit) -> types.TextEdit:
        """Return a change, with the line ends that the file has in the editor."""
        text = edit.text.replace("\n", self.folder.line_end(edit.span.source))
        return types.TextEdit(range=self.range(edit.span), new_text=text)

    def workspace_edit(self, edits: Iterable[Edit]) -> types.WorkspaceEdit:
        """Return changes of names, by the files they are made in."""
        changes: dict[str, list[types.TextEdit]] = defaultdict(list)
        for each in edits:
            made = types.TextEdit(range=self.range(each.span), new_text=each.text)
            changes[self.folder.uri(each.span.source)].append(made)
        return types.WorkspaceEdit(changes=dict(changes))

    def fix(self, fix: Fix) -> types.CodeAction:
        """Return a change that mends a diagnostic."""
        lines = self.lines(fix.edit.span.source)
        return types.CodeAction(
            title=fix.title,
            kind=types.CodeActionKind.QuickFix,
            diagnostics=[_diagnostic(fix.diagnostic, lines)],
            is_preferred=True,
            edit=self.workspace_edit((fix.edit,)),
        )

    def layout(self, edit: Edit) -> types.CodeAction:
        """Return the change to the canonical layout, as something to choose."""
        change = {self.folder.uri(edit.span.source): [self.text_edit(edit)]}
        return types.CodeAction(
            title="Lay this file out as `assent fmt` does",
            kind=types.CodeActionKind.Source,
            edit=types.WorkspaceEdit(changes=change),
        )


def _diagnostic(diagnostic: Diagnostic, lines: Lines) -> types.Diagnostic:
    said = (diagnostic.headline, diagnostic.label, diagnostic.help)
    return types.Diagnostic(
        range=lines.range(diagnostic.span),
        severity=_SEVERITIES[diagnostic.severity],
        code=diagnostic.code,
        code_description=_page(diagnostic.code),
        source="assent",
        message="\n".join(words for words in said if words),
    )


def _page(code: str) -> types.CodeDescription | None:
    """Return the address of the page of a code: the file that `assent explain` shows."""
    if find_page(code) is None:
        return None
    page = files("engine.source") / "pages" / f"{code}.md"
    return types.CodeDescription(href=page.as_uri()) if isinstance(page, Path) else None
