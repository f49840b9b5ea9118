"""Files of the greatest length that are made to be slow to read or to refuse.

`python -m tests.fuzz.hostile` prints the processor time that each takes, parsed, checked and told
as `assent check` does, the slowest first.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import count, islice
from pathlib import Path
from time import process_time

from engine.bundle.bundle import build, policy_sources
from engine.semantics.declarations.cells import MOST_INPUTS, MOST_ROWS
from engine.source.diagnostic import Diagnostic
from engine.source.render import render_text
from engine.syntax.lexis import LONGEST_FILE, MOST_WORDS, TEXT

VOCABULARY = Path(__file__).parents[1] / "golden" / "vocabulary.policy"
_WORD = re.compile(rf"{TEXT}|\w+|\S")
RULE = 'policy p "P"\nrule r "R"\n'
WHEN = f"{RULE}prohibit when "
FACTS = "vocabulary campaign\n"
TEST = 'test "t"\n'
_INPUTS = ", ".join(f"n{i} : whole_number" for i in range(MOST_INPUTS))
TABLE = f"table t unique given {_INPUTS} gives number\n"


def _case(cells: Sequence[str], number: int) -> str:
    """Return a case of a table, and no more of them than a table may have."""
    return f"case {', '.join(cells)} gives {number}\n" if number < MOST_ROWS - 1 else "#\n"


REPEATED = {
    "nothing but": (
        *(
            "rule x\n",
            "policy x\n",
            "policy\n",
            "policy ",
            "polcy x\n",
            'test "x"\n',
            "set X of place\n",
        ),
        *("vocabulary x\n", "end policy\n", "end x\n", "module a\n", "law A\n", "words and words "),
        *(
            'policy p "P" end policy\n',
            "set S of place is {DE} end set\n",
            "x",
            "1",
            "1.",
            "-",
            "(",
        ),
        *(
            ")",
            "{",
            '"',
            '"\n',
            "“",
            "“a” ",
            ">= ",
            "//",
            "# remark\n",
            "#",
            "\r\n",
            "\r",
            "\n",
            " ",
        ),
        *("\t", "\0", "\0\n", "\ufeff", "\ud800", "a\u0301 ", "\u0301", "é ", "é", "\u200b"),
    ),
    "in a policy": (
        *(
            "rule x\n",
            "rule\n",
            "require\n",
            "require foo bar\n",
            "require ((((a is b\n",
            "end rule\n",
        ),
        *(
            "in force from 2020-02-30\n",
            'message "x"\n',
            'unless "x" campaign.id is "x"\n',
            "foo\n",
        ),
        *("      foo\n", "      \n", "in force ", "applies when campaign.id is known\n"),
    ),
    "in a condition": (
        *(
            "(",
            "{",
            "not ",
            "1 + ",
            "1% of ",
            "-",
            "foo ",
            "x.",
            "a and b or ",
            "(any of (a) ",
            "no x ",
        ),
        *(
            "any x in y has (",
            'campaign.id is "x" and ',
            'campaign.idd is "x" and ',
            "(a) x; ",
            " ",
        ),
        *("a >= b and ", "\n", "\0", '"\\\\" '),
    ),
    "in a vocabulary": (
        'f : text "l"\n',
        "x :\n",
        "a : : ",
        "record y\n",
        "type t is one of {a}\n",
    ),
    "in a test": ('given campaign.id is "x"\n', "expect deny by a/b\n", "without campaign.id\n"),
    "in a set": ("from 2020-01-01 is {DE}\n", "is {DE}\n", "is\n"),
}
OPENINGS = {
    "nothing but": "",
    "in a policy": RULE,
    "in a condition": WHEN,
    "in a vocabulary": FACTS,
    "in a test": TEST,
    "in a set": "set S of place\n",
}
NUMBERED: dict[str, tuple[str, Callable[[int], str], str]] = {
    "rules": (RULE, lambda i: f'rule x{i} "t"\n', "end policy\n"),
    "unknown facts": (WHEN, lambda i: f"campaign.budgt{i} is known and ", "today is today"),
    "unknown words": (WHEN, lambda i: f"wrd{i} is known and ", "today is today"),
    "unknown instruments": (RULE, lambda i: f"source DSB{i} art 1\n", "end policy"),
    "unknown places": ("set S of place is {", lambda i: f"ZZ{i}, ", "DE} end set"),
    "unknown types": (FACTS, lambda i: f'f{i} : foo{i} "l"\n', "end vocabulary"),
    "very long words": (WHEN, lambda i: f"{'ab' * 500}{i} is known and ", "today is today"),
    "facts": (FACTS, lambda i: f'f{i} : text "l"\n', "end vocabulary"),
    "records": (FACTS, lambda i: f'record r{i} f : text "l" end record\n', "end vocabulary"),
    "types": (FACTS, lambda i: f"type t{i} is one of {{a}}\n", "end vocabulary"),
    "one great enumeration": (f"{FACTS}type t is one of {{", lambda i: f"a{i}, ", "z}"),
    "one great set": ("set S of text is {", lambda i: f'"a{i}", ', '"z"} end set'),
    "instruments": ("", lambda i: f'instrument A{i} "x" "http://x"\n', ""),
    "editions": (
        "set S of place\n",
        lambda i: f"from {1000 + i % 9000}-01-01 is {{DE}}\n",
        "end set",
    ),
    "deeper and deeper": (RULE, lambda i: f"{' ' * (i % 500)}foo\n", "end policy"),
    "cases": (TABLE, lambda i: _case([str(i)] * MOST_INPUTS, i), "otherwise gives 1 end table"),
    "reaches": (
        TABLE,
        lambda i: _case([f"{10 * i} to {10 * i + 8}"] * MOST_INPUTS, i),
        "otherwise gives 1 end table",
    ),
    "elements": (TEST, lambda i: f'given campaign.creatives[{i + 1}].id is "x"\n', "end test"),
}


def hostile(length: int = LONGEST_FILE) -> Iterator[tuple[str, str]]:
    """Yield texts of that length or just below it, and of as many words as are read."""
    for name, text in _made(length):
        yield name, text
        words = list(islice(_WORD.finditer(text), MOST_WORDS + 1))
        if len(words) > MOST_WORDS:
            yield f"{name}, of the most words", text[: words[MOST_WORDS].start()]


def _made(length: int) -> Iterator[tuple[str, str]]:
    for place, pieces in REPEATED.items():
        for piece in pieces:
            opening = OPENINGS[place]
            yield f"{piece!r} {place}", (opening + piece * (length // len(piece)))[:length]
    for name, (opening, numbered, ending) in NUMBERED.items():
        yield name, opening + _joined(numbered, length - len(opening) - len(ending)) + ending


def _joined(piece: Callable[[int], str], length: int) -> str:
    """Return as many numbered pieces as the length has room for."""
    pieces, left = [], length
    for number in count():
        made = piece(number)
        left -= len(made)
        if left < 0:
            break
        pieces.append(made)
    return "".join(pieces)


def told(text: str) -> tuple[Diagnostic, ...]:
    """Return what is found in a text beside a vocabulary, once it has been shown in full."""
    files = {"hostile.policy": text, "vocabulary.policy": VOCABULARY.read_text(encoding="utf-8")}
    _, found = build("hostile", files)
    render_text(found, policy_sources(files))
    return found


def main() -> None:
    """Print what each text costs."""
    costs = []
    for name, text in hostile():
        start = process_time()
        found = told(text)
        costs.append((process_time() - start, len(found), name))
    for seconds, faults, name in sorted(costs, reverse=True):
        print(f"{seconds:6.2f} s {faults:4} faults  {name}")


if __name__ == "__main__":
    main()
