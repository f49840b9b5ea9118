"""An editor as the server sees one: pygls' own client, and the real `assent lsp` behind it."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Self, TypeVar

from lsprotocol import types
from pygls.lsp.client import LanguageClient

from tests.conftest import measured_environment

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-c", "from api.cli.main import main; main()", "lsp")
PATIENCE = 60
CURSOR = "|"

Answer = TypeVar("Answer")


class Editor:
    """Speaks with a server of its own; leaving the context shuts the server down."""

    def __init__(self, encodings: list[types.PositionEncodingKind] | None = None) -> None:
        self.client = LanguageClient("tests", "1")
        self.diagnostics: dict[str, list[types.Diagnostic]] = {}
        self.messages: list[str] = []
        self.registered: list[str] = []
        self.capabilities: types.ServerCapabilities
        self._encodings = encodings
        self._runner = asyncio.Runner()
        self._heard = asyncio.Event()
        self._versions: dict[str, int] = {}
        self._listen()

    def _listen(self) -> None:
        def published(params: types.PublishDiagnosticsParams) -> None:
            self.diagnostics[params.uri] = list(params.diagnostics)
            self._heard.set()

        def shown(params: types.ShowMessageParams) -> None:
            self.messages.append(params.message)
            self._heard.set()

        def registered(params: types.RegistrationParams) -> None:
            self.registered.extend(each.method for each in params.registrations)
            self._heard.set()

        self.client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(published)
        self.client.feature(types.WINDOW_SHOW_MESSAGE)(shown)
        self.client.feature(types.CLIENT_REGISTER_CAPABILITY)(registered)

    def __enter__(self) -> Self:
        self.run(self._start())
        return self

    async def _start(self) -> None:
        environment = {**measured_environment(), "PYTHONPATH": str(ROOT)}
        await self.client.start_io(*COMMAND, env=environment, cwd=ROOT)
        watching = types.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True)
        started = await self.client.initialize_async(
            types.InitializeParams(
                capabilities=types.ClientCapabilities(
                    general=types.GeneralClientCapabilities(position_encodings=self._encodings),
                    workspace=types.WorkspaceClientCapabilities(did_change_watched_files=watching),
                ),
            )
        )
        self.capabilities = started.capabilities
        self.client.initialized(types.InitializedParams())

    def __exit__(self, *_: object) -> None:
        assert self.leave() == 0
        self._runner.close()

    def leave(self) -> int:
        """Shut the server down as the protocol has it, and return how its process ended."""

        async def leave() -> int:
            server = self.client._server  # noqa: SLF001 - the client keeps its process to itself.
            assert server is not None
            await self.client.shutdown_async(None)
            self.client.exit(None)
            status = await asyncio.wait_for(server.wait(), PATIENCE)
            await self.client.stop()  # type: ignore[no-untyped-call]  # pygls leaves it so.
            return status

        return self.run(leave())

    def run(self, asked: Coroutine[Any, Any, Answer]) -> Answer:
        """Wait for an answer."""
        return self._runner.run(asyncio.wait_for(asked, PATIENCE))

    def until(self, holds: Callable[[], bool]) -> None:
        """Listen until something holds."""

        async def listen() -> None:
            while not holds():
                self._heard.clear()
                await self._heard.wait()

        self.run(listen())

    # --- documents -----------------------------------------------------------------------------

    def open(self, file: Path | str, text: str | None = None) -> str:
        """Open a file, with the text that it has or another; return its address."""
        uri = file if isinstance(file, str) else file.as_uri()
        content = text if text is not None else Path(file).read_text(encoding="utf-8")
        self._versions[uri] = 1

        async def open_() -> None:
            self.client.text_document_did_open(
                types.DidOpenTextDocumentParams(
                    text_document=types.TextDocumentItem(
                        uri=uri, language_id="assent", version=1, text=content
                    )
                )
            )

        self.run(open_())
        return uri

    def change(self, uri: str, text: str) -> None:
        """Replace the text of an open file."""
        self._versions[uri] += 1

        async def change() -> None:
            self.client.text_document_did_change(
                types.DidChangeTextDocumentParams(
                    text_document=types.VersionedTextDocumentIdentifier(
                        uri=uri, version=self._versions[uri]
                    ),
                    content_changes=[types.TextDocumentContentChangeWholeDocument(text=text)],
                )
            )

        self.run(change())

    def save(self, uri: str) -> None:
        """Say that a file was saved."""

        async def save() -> None:
            document = types.TextDocumentIdentifier(uri=uri)
            self.client.text_document_did_save(types.DidSaveTextDocumentParams(document))

        self.run(save())

    def close(self, uri: str) -> None:
        """Close a file."""
        self._versions.pop(uri, None)

        async def close() -> None:
            document = types.TextDocumentIdentifier(uri=uri)
            self.client.text_document_did_close(types.DidCloseTextDocumentParams(document))

        self.run(close())

    def close_all(self) -> None:
        """Close what is still open, and forget what was said."""
        for uri in list(self._versions):
            self.close(uri)
        self.messages.clear()

    def touch(self, uri: str) -> None:
        """Say that a file was changed on disk."""

        async def touch() -> None:
            event = types.FileEvent(uri=uri, type=types.FileChangeType.Changed)
            self.client.workspace_did_change_watched_files(
                types.DidChangeWatchedFilesParams(changes=[event])
            )

        self.run(touch())

    # --- questions -----------------------------------------------------------------------------

    def ask(self, method: str, uri: str, position: types.Position, **more: Any) -> Any:
        """Put a question about a position."""
        made = getattr(types, f"{_camel(method)}Params")
        document = types.TextDocumentIdentifier(uri=uri)
        asked = getattr(self.client, f"text_document_{method}_async")
        return self.run(asked(made(text_document=document, position=position, **more)))

    def about(self, method: str, uri: str, **more: Any) -> Any:
        """Put a question about a whole file."""
        made = getattr(types, f"{_camel(method)}Params")
        document = types.TextDocumentIdentifier(uri=uri)
        asked = getattr(self.client, f"text_document_{method}_async")
        return self.run(asked(made(text_document=document, **more)))


_NAMES = {"formatting": "DocumentFormatting", "references": "Reference"}


def _camel(method: str) -> str:
    named = "".join(part.capitalize() for part in method.split("_"))
    return _NAMES.get(method, named)


def marked(text: str) -> tuple[str, types.Position]:
    """Return a text without the mark of its cursor, and where that stood, in UTF-16 units."""
    before, _, after = text.partition(CURSOR)
    line = before.rpartition("\n")[2]
    units = len(line.encode("utf-16-le")) // 2
    return before + after, types.Position(line=before.count("\n"), character=units)


def position(text: str, words: str, inside: int = 1) -> types.Position:
    """Return a position within the first place of some words, in UTF-16 units."""
    offset = text.index(words) + inside
    return marked(text[:offset].replace(CURSOR, "/") + CURSOR)[1]


def applied(text: str, edits: list[types.TextEdit]) -> str:
    """Return a text with changes made, as an editor makes them (UTF-16)."""
    lines = text.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line.encode("utf-16-le")))

    def place(at: types.Position) -> int:
        return starts[at.line] + at.character * 2

    data = text.encode("utf-16-le")
    for edit in sorted(edits, key=lambda each: place(each.range.start), reverse=True):
        start, end = place(edit.range.start), place(edit.range.end)
        data = data[:start] + edit.new_text.encode("utf-16-le") + data[end:]
    return data.decode("utf-16-le")
