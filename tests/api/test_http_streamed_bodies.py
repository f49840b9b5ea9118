"""Bodies that arrive while they are answered."""

import queue
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.http.requests.streamed_body import PIECE, Source, StreamedBody
from tests.api.installation import full_disk


class Piecemeal:
    """A source that hands on what a test puts in; an empty piece ends it."""

    def __init__(self) -> None:
        self.pieces: queue.Queue[bytes | Exception] = queue.Queue()

    def read(self, _size: int = -1, /) -> bytes:
        piece = self.pieces.get()
        if isinstance(piece, Exception):
            raise piece
        return piece


def _streamed(source: Source, *, limit: int = 1 << 30, expected: int | None = None) -> StreamedBody:
    return StreamedBody(source, limit=limit, expected=expected)


@given(
    lines=st.lists(st.binary(max_size=200).map(lambda line: line.replace(b"\n", b"")), max_size=30),
    size=st.integers(min_value=1, max_value=300),
)
def test_lines_are_those_of_a_file(lines: list[bytes], size: int) -> None:
    body = b"\n".join(lines)
    streamed, file = _streamed(BytesIO(body)), BytesIO(body)
    for _ in range(len(body) + 2):
        assert streamed.readline(size) == file.readline(size)
    streamed.close()
    assert not streamed.is_incomplete
    assert not streamed.is_too_large


def test_line_is_read_as_soon_as_it_is_there() -> None:
    source = Piecemeal()
    streamed = _streamed(source)
    source.pieces.put(b"one\ntwo\nthr")
    assert streamed.readline(100) == b"one\n"
    assert streamed.has_line()
    assert streamed.readline(100) == b"two\n"
    assert not streamed.has_line()
    source.pieces.put(b"ee\n")
    assert streamed.readline(100) == b"three\n"
    source.pieces.put(b"")
    assert streamed.readline(100) == b""
    streamed.close()


def test_line_that_has_not_ended_is_none_yet() -> None:
    source = Piecemeal()
    streamed = _streamed(source)
    source.pieces.put(b"one\n" + b"x" * 100_000)  # More than is taken out of the spool at once.
    assert streamed.readline(100) == b"one\n"
    assert not streamed.has_line()
    source.pieces.put(b"\n")
    assert streamed.readline(200_000) == b"x" * 100_000 + b"\n"
    source.pieces.put(b"")
    streamed.close()


def test_what_is_read_ahead_is_not_copied_for_each_line() -> None:
    streamed = _streamed(BytesIO(b"\n" * 100_000))
    ahead = list[bytes]()
    while streamed.readline(100):
        if not ahead or streamed._ahead is not ahead[-1]:  # noqa: SLF001 - what would be copied.
            ahead.append(streamed._ahead)  # noqa: SLF001 - as above.
    streamed.close()
    assert len(ahead) <= 100_000 / PIECE + 1


def test_more_than_memory_keeps_is_read_back() -> None:
    lines = [bytes([65 + n % 26]) * 9_999 + b"\n" for n in range(500)]
    streamed = _streamed(BytesIO(b"".join(lines)))
    assert [streamed.readline(1 << 20) for _ in lines] == lines
    streamed.close()


def test_body_that_the_disk_has_no_room_for() -> None:
    source, line = Piecemeal(), b"x" * 99 + b"\n"
    with full_disk():
        streamed = _streamed(source, expected=3 << 20)
        source.pieces.put(line * 100)
        source.pieces.put(line[:50])
        assert streamed.readline(1000) == line
        while not streamed.is_unkept:
            source.pieces.put(line * 1000)
        source.pieces.put(b"")
        read = list(iter(lambda: streamed.readline(1000), b""))
        streamed.close()
    assert set(read) <= {line}, "no part of a line is taken for one"
    assert not streamed.has_line()


def test_body_that_breaks_off() -> None:
    source = Piecemeal()
    streamed = _streamed(source)
    source.pieces.put(b"one\ntw")
    source.pieces.put(ConnectionResetError())
    assert [streamed.readline(100) for _ in range(3)] == [b"one\n", b"tw", b""]
    streamed.close()
    assert streamed.is_incomplete


@pytest.mark.parametrize(("expected", "incomplete"), [(None, False), (3, False), (4, True)])
def test_body_shorter_than_announced(expected: int | None, *, incomplete: bool) -> None:
    streamed = _streamed(BytesIO(b"abc"), expected=expected)
    assert streamed.readline(100) == b"abc"
    streamed.close()
    assert streamed.is_incomplete is incomplete


def test_body_beyond_its_limit() -> None:
    streamed = _streamed(BytesIO(b"x" * 50_000), limit=20_000, expected=50_000)
    while streamed.readline(1000):
        pass
    streamed.close()
    assert streamed.is_too_large
    assert not streamed.is_incomplete


def test_closing_waits_for_the_source_and_reads_no_further() -> None:
    source = Piecemeal()
    streamed = _streamed(source)
    source.pieces.put(b"one\n")
    assert streamed.readline(100) == b"one\n"
    source.pieces.put(b"two\n")
    source.pieces.put(b"")
    streamed.close()
    assert source.pieces.qsize() <= 1
