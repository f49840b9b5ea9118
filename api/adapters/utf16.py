"""Texts in UTF-16, in which spreadsheets and the Ads Manager save tables, as a stream of UTF-8."""

from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from io import BufferedReader, RawIOBase, TextIOWrapper
from typing import BinaryIO

from .refusal import AdapterRefusal

__all__ = ["as_utf8"]

_MOST_BYTES = 4
"""The most bytes of one character in UTF-8."""


def as_utf8(stream: BinaryIO) -> BinaryIO:
    """Return a stream of the same text in UTF-8, itself where it is not marked as UTF-16.

    Reading raises `AdapterRefusal` where what is marked as UTF-16 is none.
    """
    start = stream.read(2)
    stream.seek(0)
    if start not in (BOM_UTF16_BE, BOM_UTF16_LE):
        return stream
    return BufferedReader(_Recoded(stream))


class _Recoded(RawIOBase):
    """Bytes in UTF-8 of a text in UTF-16, which can be read again from its beginning."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self._text = TextIOWrapper(stream, encoding="utf-16", newline="")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return 0

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go to the beginning, to which alone anybody returns."""
        assert offset == whence == 0  # noqa: S101 - nobody goes anywhere else.
        self._text.seek(0)
        return 0

    def readinto(self, buffer: "bytearray | memoryview", /) -> int:  # type: ignore[override] # a buffer is one of these here.
        try:
            text = self._text.read(max(1, len(buffer) // _MOST_BYTES))
        except UnicodeError:
            raise AdapterRefusal(
                "the text begins as UTF-16 does, and is none", pointer="", help="save it as UTF-8"
            ) from None
        data = text.encode("utf-8", "surrogatepass")
        buffer[: len(data)] = data
        return len(data)
