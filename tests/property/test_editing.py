"""The law of an editing session: after any edits, an editor is answered as by one who just began.

Whatever is asked of half-written files is answered, and nothing counts that an earlier text had.
"""

from datetime import date
from random import Random

import pytest
from lsprotocol.types import PositionEncodingKind
from pygls.workspace import PositionCodec

from api.lsp.positions import Lines
from engine.ide.completion import complete
from engine.ide.edits import fixes, laid_out
from engine.ide.hover import hover
from engine.ide.outline import outline
from engine.ide.rename import definitions, references, rename
from engine.ide.snapshot import Snapshot, take
from tests.unit.ide.desk import FILES

pytestmark = pytest.mark.no_cover  # It goes over again what others cover.

EDITS = 40
TODAY = date(2026, 10, 1)
ODD = ("😀", "\r\n", "\r", "\u2028", "“", '"', "(", ")", "}", "# a remark", "end policy", "\n")
ENCODINGS = tuple(map(PositionCodec, PositionEncodingKind))


def edited(text: str, words: list[str], random: Random) -> str:
    """Return a text with some characters replaced, by a word of it or by what breaks it."""
    start = random.randrange(len(text) + 1)
    end = start + random.choice((0, 0, 1, 3, 40))
    return text[:start] + random.choice((*words, *ODD)) + text[end:]


def answers(snapshot: Snapshot, name: str, offset: int) -> list[object]:
    """Return all that an editor asks about a place."""
    here = snapshot.sources[name].span(offset, offset)
    named = [each.span.start for each in snapshot.names.occurrences[name]]
    return [
        snapshot.diagnostics,
        snapshot.names.occurrences,
        [hover(snapshot, name, place, today=TODAY) for place in (offset, *named)],
        complete(snapshot, name, offset),
        definitions(snapshot, name, offset),
        references(snapshot, name, offset, with_declarations=True),
        rename(snapshot, name, offset, "another"),
        outline(snapshot, name),
        fixes(snapshot, here),
        laid_out(snapshot, name),
    ]


@pytest.mark.parametrize("seed", range(3))
def test_an_edited_text_is_answered_as_a_new_one(seed: int) -> None:
    random = Random(seed)  # noqa: S311 - the edits are to be the same each time.
    files, snapshot = dict(FILES), take(FILES)
    words = " ".join(FILES.values()).split(" ")
    for _ in range(EDITS):
        # A file is whole again now and then: what is broken hides what else may go wrong.
        restored = {each for each in files if random.random() < 0.2}
        kept = {each: FILES[each] if each in restored else text for each, text in files.items()}
        name = random.choice(sorted(FILES))
        files = {**kept, name: edited(kept[name], words, random)}
        snapshot = take(files, earlier=snapshot)
        offset = random.randrange(len(files[name]) + 1)
        assert answers(snapshot, name, offset) == answers(take(files), name, offset)


@pytest.mark.parametrize("seed", range(3))
def test_a_position_leads_back_to_its_offset(seed: int) -> None:
    """In every encoding of the protocol, but within the two characters that end a line."""
    random = Random(seed)  # noqa: S311 - the edits are to be the same each time.
    text = FILES["minors.policy"]
    for _ in range(EDITS):
        text = edited(text, [], random)
    for lines in (Lines(text, encoding) for encoding in ENCODINGS):
        for offset in range(len(text) + 1):
            if text[offset - 1 : offset + 1] != "\r\n":
                assert lines.offset(lines.position(offset)) == offset
