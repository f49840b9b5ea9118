"""The language server over standard input and output: each request, and what answers it.

Diagnostics are pushed for every file of a set of policies, a moment after the last change. Whatever
is asked in between is answered from the text as it is.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer

from api.lsp.answers import Answers
from api.lsp.folders import Folder, Folders, is_borrowed
from engine import __version__
from engine.ide.completion import complete
from engine.ide.edits import fixes, laid_out
from engine.ide.hover import hover
from engine.ide.outline import outline
from engine.ide.rename import Refusal, definitions, references, renamable, rename
from engine.source.text import Span

_PAUSE = 0.15
"""Seconds without a change before diagnostics are pushed."""

_REQUEST_FAILED = -32803
"""`RequestFailed`: the request was understood and cannot be fulfilled (LSP 3.17)."""

_WATCHER = types.Registration(
    id="assent-files",
    method=types.WORKSPACE_DID_CHANGE_WATCHED_FILES,
    register_options=types.DidChangeWatchedFilesRegistrationOptions(
        watchers=[types.FileSystemWatcher(glob_pattern="**/*.{policy,csv}")]
    ),
)


class PolicyServer(LanguageServer):
    """A server with the folders that its one client edits."""

    def __init__(self) -> None:
        super().__init__(
            "assent", __version__, text_document_sync_kind=types.TextDocumentSyncKind.Full
        )
        self.folders = Folders(tell=self.warn)
        self._published: dict[str, list[types.Diagnostic]] = {}
        self._covered: dict[Folder, frozenset[str]] = {}
        self._waiting: dict[Folder, asyncio.TimerHandle] = {}

    def warn(self, message: str) -> None:
        """Show the person at the editor what cannot be done."""
        kind = types.MessageType.Warning
        self.window_show_message(types.ShowMessageParams(type=kind, message=message))

    def answers(self, folder: Folder) -> Answers:
        """Return what makes answers about a folder."""
        return Answers(folder=folder, codec=self.workspace.position_codec)

    def locate(self, uri: str) -> tuple[Answers, str]:
        """Return what makes answers about an open file, and its name there."""
        home = self.folders.find(uri)
        if home is None:
            raise JsonRpcInvalidParams(f"{uri} is not open")
        folder, name = home
        return self.answers(folder), name

    def publish(self, folder: Folder) -> None:
        """Push the diagnostics of the files of a folder that have others than before.

        Those of files that it no longer has are taken back.
        """
        self._stop_waiting(folder)
        answers = self.answers(folder)
        names = {folder.uri(name): name for name in folder.names()}
        for uri in self._covered.get(folder, frozenset()).difference(names):
            self.forget(uri)
        self._covered[folder] = frozenset(names)
        for uri, name in names.items():
            found = answers.diagnostics(name)
            if self._published.get(uri) != found:
                self._published[uri] = found
                self.text_document_publish_diagnostics(
                    types.PublishDiagnosticsParams(uri=uri, diagnostics=found)
                )

    def publish_soon(self, folder: Folder) -> None:
        """Push diagnostics once nothing has changed for a moment."""
        self._stop_waiting(folder)
        loop = asyncio.get_running_loop()
        self._waiting[folder] = loop.call_later(_PAUSE, self.publish, folder)

    def _stop_waiting(self, folder: Folder) -> None:
        waiting = self._waiting.pop(folder, None)
        if waiting is not None:
            waiting.cancel()

    def leave(self, folder: Folder) -> None:
        """Take back the diagnostics of all files of a folder that nobody edits any more."""
        self._stop_waiting(folder)
        for uri in self._covered.pop(folder, frozenset()):
            self.forget(uri)

    def forget(self, uri: str) -> None:
        """Take back the diagnostics of a file that belongs to no folder any more."""
        if self._published.pop(uri, None):
            self.text_document_publish_diagnostics(
                types.PublishDiagnosticsParams(uri=uri, diagnostics=[])
            )


def _is_no_refusal(record: logging.LogRecord) -> bool:
    """Whether something other than a refusal is to be logged, which the editor shows anyway."""
    fault = record.exc_info[1] if record.exc_info else None
    return not isinstance(fault, JsonRpcException)


def make_server() -> PolicyServer:
    """Return a server that is ready to be started."""
    server = PolicyServer()
    logging.getLogger("pygls.protocol.json_rpc").addFilter(_is_no_refusal)
    for method, handler in _FEATURES.items():
        server.feature(method)(handler)
    server.feature(
        types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(trigger_characters=[*". {/"])
    )(_complete)
    server.feature(types.TEXT_DOCUMENT_RENAME, types.RenameOptions(prepare_provider=True))(_rename)
    server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION,
        types.CodeActionOptions(
            code_action_kinds=[types.CodeActionKind.QuickFix, types.CodeActionKind.Source]
        ),
    )(_actions)
    return server


# --- documents --------------------------------------------------------------------------------


def _initialized(server: PolicyServer, _: types.InitializedParams) -> None:
    workspace = server.client_capabilities.workspace
    watching = workspace.did_change_watched_files if workspace is not None else None
    if watching is not None and watching.dynamic_registration:
        server.client_register_capability(types.RegistrationParams(registrations=[_WATCHER]))


def _text(server: PolicyServer, uri: str) -> str:
    return server.workspace.get_text_document(uri).source


def _opened(server: PolicyServer, params: types.DidOpenTextDocumentParams) -> None:
    uri = params.text_document.uri
    server.publish(server.folders.open(uri, _text(server, uri)))


def _changed(server: PolicyServer, params: types.DidChangeTextDocumentParams) -> None:
    uri = params.text_document.uri
    server.publish_soon(server.folders.open(uri, _text(server, uri)))


def _saved(server: PolicyServer, _: types.DidSaveTextDocumentParams) -> None:
    _reload(server)


def _watched(server: PolicyServer, _: types.DidChangeWatchedFilesParams) -> None:
    _reload(server)


def _reload(server: PolicyServer) -> None:
    for folder in server.folders.reload():
        server.publish(folder)


def _closed(server: PolicyServer, params: types.DidCloseTextDocumentParams) -> None:
    uri = params.text_document.uri
    folder = server.folders.close(uri)
    if folder is None:
        return
    if folder.is_in_use:
        server.publish(folder)
    else:
        server.leave(folder)
        server.forget(uri)


# --- questions --------------------------------------------------------------------------------


def _hover(server: PolicyServer, params: types.HoverParams) -> types.Hover | None:
    answers, name = server.locate(params.text_document.uri)
    offset = answers.lines(name).offset(params.position)
    told = hover(answers.folder.snapshot, name, offset, today=datetime.now(UTC).date())
    return None if told is None else answers.hover(told)


def _complete(server: PolicyServer, params: types.CompletionParams) -> types.CompletionList:
    answers, name = server.locate(params.text_document.uri)
    offset = answers.lines(name).offset(params.position)
    return answers.completion(complete(answers.folder.snapshot, name, offset))


def _define(server: PolicyServer, params: types.DefinitionParams) -> list[types.Location]:
    answers, name = server.locate(params.text_document.uri)
    offset = answers.lines(name).offset(params.position)
    return answers.locations(definitions(answers.folder.snapshot, name, offset))


def _refer(server: PolicyServer, params: types.ReferenceParams) -> list[types.Location]:
    answers, name = server.locate(params.text_document.uri)
    offset = answers.lines(name).offset(params.position)
    with_declarations = params.context.include_declaration
    spans = references(answers.folder.snapshot, name, offset, with_declarations=with_declarations)
    return answers.locations(spans)


def _outline(
    server: PolicyServer, params: types.DocumentSymbolParams
) -> list[types.DocumentSymbol]:
    answers, name = server.locate(params.text_document.uri)
    return answers.symbols(outline(answers.folder.snapshot, name))


# --- changes ----------------------------------------------------------------------------------


def _prepare_rename(
    server: PolicyServer, params: types.PrepareRenameParams
) -> types.PrepareRenamePlaceholder:
    answers, name = server.locate(params.text_document.uri)
    offset = answers.lines(name).offset(params.position)
    occurrence = renamable(answers.folder.snapshot, name, offset)
    if isinstance(occurrence, Refusal):
        raise _refused(occurrence)
    return types.PrepareRenamePlaceholder(
        range=answers.range(occurrence.span), placeholder=occurrence.symbol.word
    )


def _rename(server: PolicyServer, params: types.RenameParams) -> types.WorkspaceEdit:
    answers, name = server.locate(params.text_document.uri)
    offset = answers.lines(name).offset(params.position)
    edits = rename(answers.folder.snapshot, name, offset, params.new_name)
    if isinstance(edits, Refusal):
        raise _refused(edits)
    if any(is_borrowed(each.span.source) for each in edits):
        raise _refused(
            Refusal(reason="this name is declared by the policies that come with Assent")
        )
    return answers.workspace_edit(edits)


def _refused(refusal: Refusal) -> JsonRpcException:
    return JsonRpcException(message=refusal.reason, code=_REQUEST_FAILED)


def _format(server: PolicyServer, params: types.DocumentFormattingParams) -> list[types.TextEdit]:
    answers, name = server.locate(params.text_document.uri)
    edit = laid_out(answers.folder.snapshot, name)
    return [] if edit is None else [answers.text_edit(edit)]


def _actions(server: PolicyServer, params: types.CodeActionParams) -> list[types.CodeAction]:
    answers, name = server.locate(params.text_document.uri)
    lines, snapshot = answers.lines(name), answers.folder.snapshot
    start, end = lines.offset(params.range.start), lines.offset(params.range.end)
    wanted = params.context.only
    made = []
    if wanted is None or types.CodeActionKind.QuickFix in wanted:
        span = Span(source=name, start=start, end=end)
        made = [answers.fix(each) for each in fixes(snapshot, span)]
    is_asked = params.context.trigger_kind is not types.CodeActionTriggerKind.Automatic
    if is_asked and (wanted is None or types.CodeActionKind.Source in wanted):
        edit = laid_out(snapshot, name)
        made += [] if edit is None else [answers.layout(edit)]
    return made


_FEATURES: dict[str, Callable[..., object]] = {
    types.INITIALIZED: _initialized,
    types.TEXT_DOCUMENT_DID_OPEN: _opened,
    types.TEXT_DOCUMENT_DID_CHANGE: _changed,
    types.TEXT_DOCUMENT_DID_SAVE: _saved,
    types.TEXT_DOCUMENT_DID_CLOSE: _closed,
    types.WORKSPACE_DID_CHANGE_WATCHED_FILES: _watched,
    types.TEXT_DOCUMENT_HOVER: _hover,
    types.TEXT_DOCUMENT_DEFINITION: _define,
    types.TEXT_DOCUMENT_REFERENCES: _refer,
    types.TEXT_DOCUMENT_DOCUMENT_SYMBOL: _outline,
    types.TEXT_DOCUMENT_PREPARE_RENAME: _prepare_rename,
    types.TEXT_DOCUMENT_FORMATTING: _format,
}
