"""Every feature of `assent lsp`, asked of the real process by a real client."""

import logging
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from lsprotocol import types
from pygls.exceptions import JsonRpcException

from api.lsp.server import make_server
from tests.conftest import measured_environment
from tests.lsp.editor import ROOT, Editor, applied, marked, position


@pytest.fixture
def minors(folder: Path) -> Path:
    return folder / "minors" / "minors.policy"


def ready(editor: Editor, file: Path, text: str | None = None) -> str:
    """Open a file and wait for its diagnostics."""
    uri = editor.open(file, text)
    editor.until(lambda: uri in editor.diagnostics)
    return uri


def texts(completion: types.CompletionList) -> list[str]:
    return [item.label for item in completion.items]


def test_it_tells_what_it_can(editor: Editor) -> None:
    can = editor.capabilities
    assert isinstance(can.text_document_sync, types.TextDocumentSyncOptions)
    assert can.text_document_sync.change == types.TextDocumentSyncKind.Full
    assert can.position_encoding == types.PositionEncodingKind.Utf16
    assert can.hover_provider
    assert can.definition_provider
    assert can.references_provider
    assert can.document_symbol_provider
    assert can.document_formatting_provider
    assert can.completion_provider
    assert can.completion_provider.trigger_characters == (".", " ", "{", "/")
    editor.until(lambda: editor.registered == ["workspace/didChangeWatchedFiles"])


# --- diagnostics --------------------------------------------------------------------------------


def test_diagnostics_come_for_all_files_of_the_folder(
    editor: Editor, folder: Path, minors: Path
) -> None:
    law = folder / "law" / "law.policy"
    broken = law.read_text().replace("set EU of", "set EUROPE of")
    uri = ready(editor, law, broken)
    assert editor.diagnostics[uri] == []
    editor.until(lambda: minors.as_uri() in editor.diagnostics)
    (found,) = editor.diagnostics[minors.as_uri()]
    assert found.code == "E0306"
    assert found.message.splitlines()[0] == "unknown set `EU`"
    assert found.source == "assent"
    assert found.severity is types.DiagnosticSeverity.Error
    assert found.range.start == types.Position(line=3, character=16)
    assert found.code_description is not None
    page = Path(found.code_description.href.removeprefix("file://"))
    assert page.read_text().startswith("# E0306: ")
    editor.change(uri, law.read_text())
    editor.until(lambda: editor.diagnostics[minors.as_uri()] == [])


def test_two_folders_that_change_at_once_are_both_told_of(
    editor: Editor, folder: Path, tmp_path: Path
) -> None:
    laws = [each / "law" / "law.policy" for each in (folder, tmp_path / "other")]
    shutil.copytree(folder, tmp_path / "other")
    uris = [ready(editor, law, law.read_text()) for law in laws]
    for uri in uris:
        editor.change(uri, "end set\n")
    error = types.DiagnosticSeverity.Error
    editor.until(
        lambda: all(error in {each.severity for each in editor.diagnostics[uri]} for uri in uris)
    )


def test_a_broken_clause_leaves_its_neighbours_alone(editor: Editor, minors: Path) -> None:
    text, at = marked(
        minors.read_text().replace("campaign.audience.profiling\n", "campaign.audience.|\n", 1)
    )
    uri = ready(editor, minors, text)
    assert [each.code for each in editor.diagnostics[uri]] == ["E0218"]
    completion = editor.ask("completion", uri, at)
    assert texts(completion) == ["minimum_age", "profiling"]
    assert completion.items[1].detail == "the ads are aimed by profiling people"
    told = editor.ask("hover", uri, position(text, "segment.kind", 9))
    assert "what the segment is made of" in told.contents.value


def test_what_is_saved_and_closed_is_read_from_disk(
    editor: Editor, folder: Path, minors: Path
) -> None:
    uri = ready(editor, minors)
    law = folder / "law" / "law.policy"
    law.write_text(law.read_text().replace("set EU of", "set EUROPE of"))
    editor.touch(law.as_uri())
    editor.until(lambda: len(editor.diagnostics[uri]) == 1)
    minors.write_text(minors.read_text().replace("applies in    EU", "applies in    EUROPE"))
    editor.change(uri, minors.read_text())
    editor.save(uri)
    editor.until(lambda: editor.diagnostics[uri] == [])
    other = editor.open(law, law.read_text().replace("EUROPE", "UNION"))
    editor.until(lambda: len(editor.diagnostics[uri]) == 1)
    editor.close(other)
    editor.until(lambda: editor.diagnostics[uri] == [])
    editor.change(uri, minors.read_text().replace("EUROPE", "NOWHERE"))
    editor.until(lambda: len(editor.diagnostics[uri]) == 1)
    editor.close(uri)
    editor.until(lambda: editor.diagnostics[uri] == [])


OVER = """
waiver spring
  of            minors/{rule}
  for           campaign.id is "c-1"
  in force from 2020-03-01 until 2020-06-01
  approved by   "A. Jansen" as "DPO" on 2020-02-20
  ticket        "LEG-1"
  reason        "Every ad is reviewed by hand."
end waiver
"""


def test_what_is_out_of_date_is_warned_of(editor: Editor, minors: Path) -> None:
    text = minors.read_text()
    rule = text.partition("  rule ")[2].split()[0]
    uri = ready(editor, minors, text + OVER.format(rule=rule))
    editor.until(lambda: "W0540" in [each.code for each in editor.diagnostics[uri]])
    found = next(each for each in editor.diagnostics[uri] if each.code == "W0540")
    assert found.severity is types.DiagnosticSeverity.Warning
    assert found.message.splitlines()[0] == "the waiver `spring` is over"


SERVED = """\
set SERVED of country "countries that we serve"
  is column "code" of "served.csv"
end set
"""


def test_faults_of_a_list_stand_in_the_list(editor: Editor, folder: Path) -> None:
    law = folder / "law" / "law.policy"
    listed = folder / "law" / "served.csv"
    listed.write_text("code\nDE\nUK\n")
    ready(editor, law, f"{law.read_text()}\n{SERVED}")
    editor.until(lambda: bool(editor.diagnostics.get(listed.as_uri())))
    (found,) = editor.diagnostics[listed.as_uri()]
    assert (found.code, found.range.start.line) == ("E0808", 2)
    listed.write_text("code\nDE\nGB\n")
    editor.touch(listed.as_uri())
    editor.until(lambda: editor.diagnostics[listed.as_uri()] == [])


def test_faults_of_a_list_that_is_no_longer_named_are_taken_back(
    editor: Editor, folder: Path
) -> None:
    law = folder / "law" / "law.policy"
    listed = folder / "law" / "served.csv"
    listed.write_text("code\nUK\n")
    uri = ready(editor, law, f"{law.read_text()}\n{SERVED}")
    editor.until(lambda: bool(editor.diagnostics.get(listed.as_uri())))
    editor.change(uri, law.read_text())
    listed.unlink()
    editor.touch(listed.as_uri())
    editor.until(lambda: editor.diagnostics[listed.as_uri()] == [])
    editor.change(uri, f"{law.read_text()}\n{SERVED}")
    editor.until(lambda: [each.code for each in editor.diagnostics[uri]] == ["E0802"])
    editor.close(uri)
    editor.until(lambda: editor.diagnostics[uri] == [])


def test_a_file_by_itself_has_the_shipped_vocabulary(editor: Editor, tmp_path: Path) -> None:
    file = tmp_path / "1" / "2" / "3" / "alone.policy"
    file.parent.mkdir(parents=True)
    text, at = marked('policy a "b"\n  rule c "d"\n    prohibit when campaign.targeting.|\n')
    file.write_text(text)
    uri = ready(editor, file)
    assert {"age", "profiling"} <= set(texts(editor.ask("completion", uri, at)))
    (declared,) = editor.ask("definition", uri, position(text, "targeting"))
    assert declared.uri.endswith("/policies/vocabulary/campaign.policy")
    editor.change(uri, text.replace("targeting.", "targeting.profiling"))
    with pytest.raises(JsonRpcException, match="come with Assent"):
        editor.ask("rename", uri, position(text, "targeting"), new_name="aims")
    editor.close(uri)
    editor.until(lambda: editor.diagnostics[uri] == [])


def test_a_text_that_was_never_saved_is_helped_too(editor: Editor) -> None:
    text, at = marked("pol|")
    uri = editor.open("untitled:Untitled-1", text)
    editor.until(lambda: uri in editor.diagnostics)
    assert texts(editor.ask("completion", uri, at)) == ["policy"]
    editor.close(uri)
    editor.close(uri)
    with pytest.raises(JsonRpcException, match="is not open"):
        editor.ask("hover", uri, at)


def test_what_cannot_be_read_is_said(editor: Editor, minors: Path) -> None:
    uri = ready(editor, minors)
    (minors.parent / "latin.policy").write_bytes(b'policy x "\xfc"')
    editor.touch(uri)
    editor.until(lambda: bool(editor.messages))
    assert "not UTF-8" in editor.messages[0]
    assert editor.diagnostics[uri] == []
    other = editor.open(minors.parent / "fresh.policy", "")
    editor.until(lambda: other in editor.diagnostics)


# --- questions ----------------------------------------------------------------------------------


def test_hover_tells_what_is_meant(editor: Editor, minors: Path) -> None:
    uri, text = ready(editor, minors), minors.read_text()
    told = editor.ask("hover", uri, position(text, "no_profiling"))
    assert told.contents.kind is types.MarkupKind.Markdown
    assert "An ad may not be shown if" in told.contents.value
    assert told.range.start == types.Position(line=5, character=7)
    assert editor.ask("hover", uri, types.Position(line=4, character=0)) is None


def test_definitions_and_references_reach_over_files(editor: Editor, minors: Path) -> None:
    uri, text = ready(editor, minors), minors.read_text()
    (declared,) = editor.ask("definition", uri, position(text, "EU"))
    assert declared.uri.endswith("/law/law.policy")
    assert declared.range.start == types.Position(line=3, character=4)
    context = types.ReferenceContext(include_declaration=False)
    used = editor.ask("references", uri, position(text, "minimum_age"), context=context)
    assert [each.range.start.line for each in used] == [6, 7, 18]
    context = types.ReferenceContext(include_declaration=True)
    used = editor.ask("references", uri, position(text, "minimum_age"), context=context)
    assert len(used) == 4


def test_the_outline_of_a_file(editor: Editor, minors: Path) -> None:
    uri = ready(editor, minors)
    policy, test = editor.about("document_symbol", uri)
    assert (policy.name, policy.detail) == ("minors", "Protection of minors")
    assert [each.name for each in policy.children] == ["no_profiling", "no_health_segments"]
    assert test.name == "a profiled campaign for minors is denied"
    assert test.detail is None


# --- changes ------------------------------------------------------------------------------------


def test_a_name_is_changed_everywhere(editor: Editor, minors: Path, folder: Path) -> None:
    uri, text = ready(editor, minors), minors.read_text()
    at = position(text, "minimum_age")
    prepared = editor.ask("prepare_rename", uri, at)
    assert prepared.placeholder == "minimum_age"
    changed = editor.ask("rename", uri, at, new_name="least_age")
    after = applied(text, changed.changes[uri])
    assert after == text.replace("minimum_age", "least_age")
    vocabulary = (folder / "vocabulary" / "campaign.policy").as_uri()
    assert set(changed.changes) == {uri, vocabulary}


@pytest.mark.parametrize(
    ("words", "name", "reason"),
    [
        ("EU\n", "EEA", "set `EEA` is declared twice"),
        ("no_profiling", "when", "is a word of the language"),
        ("no_profiling", "no profiling", "is no name"),
        ("prohibit", "forbid", "there is no name here"),
    ],
)
def test_a_name_that_would_not_do_is_refused(
    editor: Editor, minors: Path, words: str, name: str, reason: str
) -> None:
    uri, at = ready(editor, minors), position(minors.read_text(), words)
    with pytest.raises(JsonRpcException, match=reason) as refused:
        editor.ask("rename", uri, at, new_name=name)
    assert refused.value.code == -32803


def test_what_has_no_name_is_not_prepared_to_be_renamed(editor: Editor, minors: Path) -> None:
    uri, at = ready(editor, minors), position(minors.read_text(), "prohibit")
    with pytest.raises(JsonRpcException, match="there is no name here"):
        editor.ask("prepare_rename", uri, at)


def actions(editor: Editor, uri: str, at: types.Position, **more: object) -> list[types.CodeAction]:
    context = types.CodeActionContext(diagnostics=[], **more)  # type: ignore[arg-type]  # as the tests below name them.
    span = types.Range(start=at, end=at)
    return list(editor.about("code_action", uri, range=span, context=context))


def test_a_mistake_is_mended_by_its_suggestion(editor: Editor, minors: Path) -> None:
    text = minors.read_text().replace("is less than", "is smaller than")
    uri = ready(editor, minors, text)
    at = position(text, "is smaller than")
    (fix,) = actions(editor, uri, at)
    assert fix.title == "Write `is less than`"
    assert fix.is_preferred
    assert list(fix.diagnostics or ()) == editor.diagnostics[uri]
    assert fix.edit is not None
    assert fix.edit.changes is not None
    edits = list(fix.edit.changes[uri])
    assert applied(text, edits) == minors.read_text()


def test_layout_is_offered_where_it_is_asked_for(editor: Editor, minors: Path) -> None:
    text = minors.read_text().replace("  applies in    EU", "applies in EU")
    uri = ready(editor, minors, text)
    at = types.Position(line=0, character=0)
    (offered,) = actions(editor, uri, at)
    assert offered.kind == types.CodeActionKind.Source
    assert offered.edit is not None
    assert offered.edit.changes is not None
    assert applied(text, list(offered.edit.changes[uri])) == minors.read_text()
    assert actions(editor, uri, at, only=[types.CodeActionKind.QuickFix]) == []
    assert actions(editor, uri, at, only=[types.CodeActionKind.Source]) == [offered]
    assert actions(editor, uri, at, trigger_kind=types.CodeActionTriggerKind.Automatic) == []


def test_formatting_is_that_of_fmt(editor: Editor, minors: Path) -> None:
    options = types.FormattingOptions(tab_size=2, insert_spaces=True)
    text = minors.read_text().replace("  applies in    EU", "applies in EU")
    uri = ready(editor, minors, text)
    edits = editor.about("formatting", uri, options=options)
    assert applied(text, list(edits)) == minors.read_text()
    editor.change(uri, minors.read_text())
    assert list(editor.about("formatting", uri, options=options)) == []


# --- characters and lines -----------------------------------------------------------------------


ASTRAL = 'policy a "b"\n  rule c "😀😀" source NOWHERE art 1\nend policy\n'


def unknown_instrument(editor: Editor, uri: str) -> types.Diagnostic:
    return next(each for each in editor.diagnostics[uri] if each.code == "E0307")


def test_astral_characters_count_as_two_units(editor: Editor, folder: Path) -> None:
    file = folder / "emoji.policy"
    text = ASTRAL
    uri = ready(editor, file, text)
    found = unknown_instrument(editor, uri)
    assert found.range.start.character == 23
    told = editor.ask("hover", uri, types.Position(line=1, character=16))
    assert told.contents.value.startswith("**source**")
    assert told.range.start.character == 16


def test_an_editor_may_count_characters_instead(folder: Path) -> None:
    with Editor([types.PositionEncodingKind.Utf32, types.PositionEncodingKind.Utf16]) as editor:
        assert editor.capabilities.position_encoding == types.PositionEncodingKind.Utf32
        text = ASTRAL
        uri = ready(editor, folder / "emoji.policy", text)
        found = unknown_instrument(editor, uri)
        assert found.range.start.character == 21


def test_windows_line_ends_stay(editor: Editor, minors: Path) -> None:
    unix = minors.read_text().replace("  applies in    EU", "applies in EU")
    text = unix.replace("\n", "\r\n")
    uri = ready(editor, minors, text)
    assert editor.diagnostics[uri] == []
    told = editor.ask("hover", uri, position(text, "no_health_segments"))
    assert told.range.start == types.Position(line=10, character=7)
    options = types.FormattingOptions(tab_size=2, insert_spaces=True)
    edits = editor.about("formatting", uri, options=options)
    assert applied(text, list(edits)) == minors.read_text().replace("\n", "\r\n")


def test_the_server_ends_as_it_is_told() -> None:
    editor = Editor()
    with editor:
        pass
    assert editor.client.stopped


def test_without_the_extra_the_command_says_what_to_install() -> None:
    without = "import sys; sys.modules['lsprotocol'] = None; from api.cli.main import main; main()"
    result = subprocess.run(  # noqa: S603 - our own command.
        [sys.executable, "-c", without, "lsp"],
        env={**measured_environment(), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert result.returncode == 2
    assert result.stderr == (
        "assent lsp: the package lsprotocol is not installed; pip install 'assent[lsp]'\n"
    )


def test_a_refusal_is_told_to_the_editor_and_logged_nowhere(
    caplog: pytest.LogCaptureFixture,
) -> None:
    make_server()
    logger = logging.getLogger("pygls.protocol.json_rpc")
    for fault in (JsonRpcException(message="this name is taken", code=-32803), ValueError("odd")):
        try:
            raise fault
        except (JsonRpcException, ValueError):
            logger.exception("answering")
    assert [str(each.exc_info[1]) for each in caplog.records if each.exc_info] == ["odd"]
