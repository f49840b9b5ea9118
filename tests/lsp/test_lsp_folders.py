"""Which files belong together, and where in them a position is."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol.types import Position, PositionEncodingKind
from pygls.workspace import PositionCodec

from api.examination.policy_files import root_of
from api.lsp.folders import Folders
from api.lsp.positions import Lines

VOCABULARY = 'vocabulary campaign "a campaign"\nend vocabulary\n'


def write(file: Path, text: str = "") -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def test_a_file_belongs_to_the_nearest_folder_with_a_vocabulary(tmp_path: Path) -> None:
    write(tmp_path / "p" / "v.policy", VOCABULARY)
    rule = write(tmp_path / "p" / "pack" / "rule.policy")
    assert root_of(rule) == tmp_path / "p"
    assert root_of(write(tmp_path / "p" / "a" / "b" / "c" / "deep.policy")) is None


def test_the_folder_of_a_vocabulary_is_part_of_the_set_around_it(tmp_path: Path) -> None:
    vocabulary = write(tmp_path / "p" / "vocabulary" / "v.policy", VOCABULARY)
    assert root_of(vocabulary) == tmp_path / "p"
    assert root_of(write(tmp_path / "p" / "pack" / "rule.policy")) == tmp_path / "p"


def test_sets_side_by_side_stay_apart(tmp_path: Path) -> None:
    one = write(tmp_path / "one" / "v.policy", VOCABULARY)
    write(tmp_path / "two" / "v.policy", VOCABULARY)
    assert root_of(one) == one.parent
    assert root_of(write(tmp_path / "three" / "rule.policy")) is None


def test_a_file_opened_later_joins_the_set_that_is_open(tmp_path: Path) -> None:
    folders = Folders(tell=pytest.fail)
    vocabulary = write(tmp_path / "p" / "v.policy", VOCABULARY)
    deep = write(tmp_path / "p" / "a" / "b" / "c" / "deep.policy")
    one = folders.open(vocabulary.as_uri(), VOCABULARY)
    assert folders.open(deep.as_uri(), "") is one


def test_neighbours_that_cannot_be_read_are_told_of(tmp_path: Path) -> None:
    told: list[str] = []
    file = write(tmp_path / "x.policy")
    (tmp_path / "latin.policy").write_bytes(b"\xfc")
    folder = Folders(tell=told.append).open(file.as_uri(), "")
    assert folder.is_alone
    assert "not UTF-8" in told[0]


LISTED = 'set A of place "a"\n  is column "code" of "lists/a.csv"\nend set\n'


def test_a_file_alone_has_the_lists_that_it_names(tmp_path: Path) -> None:
    told: list[str] = []
    file = write(tmp_path / "x.policy", LISTED)
    folders = Folders(tell=told.append)
    folder = folders.open(file.as_uri(), LISTED)
    assert "E0802" in {each.code for each in folder.snapshot.diagnostics}
    listed = write(tmp_path / "lists" / "a.csv", "code\nDE\n")
    folders.reload()
    assert folder.snapshot.policies.sets["A"].editions[0].content == frozenset({"DE"})
    assert told == []
    listed.write_bytes(b"\xff")
    folders.reload()
    assert "not UTF-8" in told[0]


def lines(text: str, encoding: PositionEncodingKind = PositionEncodingKind.Utf16) -> Lines:
    return Lines(text, PositionCodec(encoding))


@given(st.text(alphabet="a😀é\n\r"), st.sampled_from(PositionEncodingKind))
def test_a_position_leads_back_to_its_offset(text: str, encoding: PositionEncodingKind) -> None:
    """offset ∘ position = id, but for what lies within the two characters of a line end."""
    made = lines(text, encoding)
    for offset in range(len(text) + 1):
        if text[offset - 1 : offset + 1] != "\r\n" or not offset:
            assert made.offset(made.position(offset)) == offset


@pytest.mark.parametrize(
    ("line", "character", "offset"),
    [(0, 0, 0), (0, 1, 0), (0, 2, 1), (0, 99, 2), (1, 0, 3), (1, 1, 4), (2, 0, 4), (99, 9, 4)],
)
def test_positions_off_the_text_are_drawn_in(line: int, character: int, offset: int) -> None:
    assert lines("😀a\nb").offset(Position(line=line, character=character)) == offset
