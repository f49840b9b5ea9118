"""Bad input of every kind ends on one line that says where, why and what to do; never a trace."""

from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import Result

from api.cli.failures import INTERRUPTED, told

Run = Callable[..., Result]
Write = Callable[[str, object], Path]
OneLine = Callable[[Result], str]


def test_a_missing_file(decide: Run, one_line: OneLine) -> None:
    assert one_line(decide("nope.json")) == (
        "assent: nope.json: no such file or directory; check the name\n"
    )


def test_a_directory_instead_of_a_file(decide: Run, one_line: OneLine, tmp_path: Path) -> None:
    assert one_line(decide(tmp_path)) == (
        f"assent: {tmp_path}: is a directory; name a file in it\n"
    )


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "empty"),
        ("   \n", "empty"),
        ("[]", "there is no record in it"),
        ("[1, 2", "line 1, column"),
        ('[{"id": "a", "id": "b"}]', "id"),
        ('[{"id": NaN}]', "NaN"),
        ("[" * 1000 + "]" * 1000, "deep"),
        (b"\xff\xfe[\x00]\x00", "there is no record in it"),
        (b"\xff\xfe[", "UTF-16"),
        ("a;b\n1;2\n", "commas"),
        ("a,a\n1,2\n", "twice"),
        ("a,b\n", "there is no record in it"),
    ],
)
def test_a_text_that_holds_no_record(
    decide: Run, one_line: OneLine, write: Write, content: object, why: str
) -> None:
    file = write("c.txt", content)
    line = one_line(decide(file))
    assert line.startswith(f"assent: {file}")
    assert why in line
    assert "; " in line


def test_standard_input_without_a_record(decide: Run, one_line: OneLine) -> None:
    assert one_line(decide("-", stdin="")).startswith("assent: standard input: ")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ("decid", "assent: no such command `decid`; did you mean `decide`? `assent --help`"),
        ("keys revok", "keys: no such command `revok`; did you mean `revoke`? `assent keys --"),
        ("keys unrevoke", "assent keys: no such command `unrevoke`; `assent keys --help`"),
        ("waivers zzz", "assent waivers: no such command `zzz`; `assent waivers --help`"),
        ("decide --asset x y", "no such option `--asset`; did you mean `--assets`? `assent"),
        ("serve --port x", "invalid value for `--port`: `x` is no whole number from 1 to 65535; "),
        ("serve --port 0", "invalid value for `--port`: `0` is no whole number from 1 to 65535; "),
        ("test --require 101", "for `--require`: `101.0` is no number from 0 to 100; "),
        ("log query --limit 0", "invalid value for `--limit`: `0` is no whole number from 1 up; "),
        ("log sample", "missing argument `N`; "),
        ("keys create a", "missing option `--role`: one of `submitter`, `author`, "),
        ("keys create a --role autor", "`admin`, `monitor`; did you mean `author`? `assent keys"),
        ("keys create a --role it's", "for `--role`: `it's` is not one of `submitter`, "),
        ("keys create a --role", "option `--role` requires an argument; "),
        ("keys create a --role admin --expires it's", "`--expires`: `it's` is no instant; "),
        ("keys create a it's --role admin", "create: unexpected argument `it's`; "),
        ("log impact no-where", "invalid value for `POLICIES`: `no-where` does not exist; "),
        ("decide c.json --assets no-where", "for `--assets`: `no-where` does not exist; "),
        (f"decide c.json --assets {__file__}", "test_cli_input.py` is a file; "),
    ],
)
def test_wrong_arguments_are_told_as_all_else_is(
    run: Run, one_line: OneLine, arguments: str, why: str
) -> None:
    line = one_line(run(*arguments.split()))
    assert why in line
    assert line.endswith(" --help` says how to use it\n")


def test_a_group_without_a_command_shows_which_it_has(run: Run) -> None:
    for group in ("keys", "log"):
        result = run(group)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr == run(group, "--help").stdout


def test_an_object_nested_a_thousand_deep_is_refused_in_its_place(
    decide: Run, write: Write
) -> None:
    deep = '{"a": ' * 1000 + "1" + "}" * 1000
    result = decide(write("c.ndjson", f'{deep}\n{{"id": "c"}}\n'))
    assert result.exit_code == 1
    assert "refused  record 1, line 1" in result.stdout


@pytest.mark.parametrize(
    ("option", "value", "why"),
    [
        ("--as-of", "2026-11-23T09:00:00", "has no offset from UTC; write 2026-11-23T09:00:00Z"),
        ("--as-of", "2026-02-30", "is no instant; write 2026-11-23 or"),
        ("--as-of", "2026-02-30T00:00:00Z", "is no instant"),
        ("--as-of", "yesterday", "is no instant"),
        ("--as-of", "2026-01-01T00:00:00.1234567Z", "with at most six digits of a second"),
        ("--as-if-launched", "2026-02-30", "`2026-02-30` is no day; write 2026-11-23"),
        ("--as-if-launched", "1.2.2026", "is no day"),
        ("--format", "myspace", "`assent`"),
        ("--colour", "red", "no such option"),
    ],
)
def test_a_wrong_option(  # noqa: PLR0917 - fixtures are arguments.
    decide: Run, one_line: OneLine, write: Write, option: str, value: str, why: str
) -> None:
    line = one_line(decide(write("c.json", {}), option, value))
    assert line.startswith("assent decide: ")
    assert why in line
    assert line.endswith("; `assent decide --help` says how to use it\n")


def test_a_missing_argument_and_a_wrong_command(run: Run, one_line: OneLine) -> None:
    assert "missing argument `FILE`" in one_line(run("decide"))
    assert one_line(run("decode")).startswith("assent: no such command `decode`")
    assert one_line(run("--nope")).startswith("assent: no such option")


@pytest.mark.parametrize(
    ("directory", "why"),
    [("nope", "this is not a directory"), ("empty", "there is no `.policy` file in it")],
)
def test_policies_that_cannot_be_read(  # noqa: PLR0917 - fixtures are arguments.
    run: Run, one_line: OneLine, write: Write, tmp_path: Path, directory: str, why: str
) -> None:
    (tmp_path / "empty").mkdir()
    file = write("c.json", {})
    assert why in one_line(run("decide", file, "--policies", tmp_path / directory))


def test_policies_with_errors_decide_nothing(
    run: Run, one_line: OneLine, write: Write, five_mistakes: Path
) -> None:
    line = one_line(run("decide", write("c.json", {}), "--policies", five_mistakes))
    assert line.startswith(f"assent: {five_mistakes}/")
    assert line.endswith(f"the policies have 5 errors; `assent check {five_mistakes}` shows them\n")


def test_an_interrupt_that_breaks_what_it_cuts_off_is_an_interrupt(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def reading() -> None:
        try:
            raise KeyboardInterrupt
        finally:
            raise OSError

    with pytest.raises(click.exceptions.Exit) as ended, told():
        reading()
    assert (ended.value.exit_code, capsys.readouterr().err) == (
        INTERRUPTED,
        "assent: interrupted\n",
    )
