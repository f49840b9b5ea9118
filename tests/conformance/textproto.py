"""A reader of the text format of protocol buffers, as far as lists of test cases need it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_TOKEN = re.compile(
    r"""(?P<gap>\s+|\#[^\n]*)
    | (?P<text>"(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*')
    | (?P<word>[-+.\w]+ | \[[^\]]*\])
    | (?P<sign>[{}:;,])""",
    re.VERBOSE,
)
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{1,2}|[0-7]{1,3}|.)")
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}

_Tokens = Iterator[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Message:
    """The fields of a message by their name: texts, words and numbers as written, and messages."""

    words: dict[str, list[str]] = field(default_factory=dict)
    messages: dict[str, list["Message"]] = field(default_factory=dict)


def read(text: str) -> Message:
    """Return the message that a text describes."""
    message, closing = _message(_tokens(text))
    assert closing == "", "a brace too many"
    return message


def _tokens(text: str) -> _Tokens:
    """Yield the kind and the words of each token; texts beside each other are one."""
    place, parts = 0, ""
    is_text = False
    while place < len(text):
        match = _TOKEN.match(text, place)
        assert match is not None, text[place : place + 40]
        place = match.end()
        kind = match.lastgroup or ""
        if kind == "text":
            parts, is_text = parts + _ESCAPE.sub(_unescaped, match.group()[1:-1]), True
        elif kind != "gap":
            if is_text:
                yield "text", parts
            parts, is_text = "", False
            yield kind, match.group()
    if is_text:
        yield "text", parts


def _unescaped(match: re.Match[str]) -> str:
    code = match[1]
    if code[0] == "x" and len(code) > 1:
        return chr(int(code[1:], 16))
    return chr(int(code, 8)) if code[0] in "01234567" else _ESCAPED.get(code, code)


def _message(tokens: _Tokens) -> tuple[Message, str]:
    """Return the fields up to the closing brace or the end, and which of them it was."""
    message = Message()
    for _, name in tokens:
        if name == "}":
            return message, name
        if name in ",;":
            continue
        kind, word = next(tokens)
        if (kind, word) == ("sign", ":"):
            kind, word = next(tokens)
        if (kind, word) == ("sign", "{"):
            message.messages.setdefault(name, []).append(_message(tokens)[0])
        else:
            message.words.setdefault(name, []).append(word)
    return message, ""
