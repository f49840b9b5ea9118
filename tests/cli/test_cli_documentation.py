"""`docs/command-line.md` holds the help of every command, word for word.

`ASSENT_REGENERATE=1` writes it anew between the marks.
"""

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import click
from click.testing import Result

from api.cli.main import assent

Run = Callable[..., Result]
PAGE = Path(__file__).parents[2] / "docs" / "command-line.md"
GROUPS = {("keys",), ("new",), ("log",), ("retention",), ("contents",)}
GROUPS |= {("policies",), ("waivers",), ("facts",)}
BEGIN, END = "<!-- help: generated -->\n", "<!-- end of help -->\n"


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the path of every command, in the order of the help."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*path, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


def generated(run: Run) -> str:
    sections = []
    for path in ((), *commands(assent)):
        text = run(*path, "--help", terminal_width=96).stdout
        title = " ".join(("assent", *path))
        sections.append(f"## `{title}`\n\n```text\n{text}```\n")
    return "\n".join(sections)


def test_the_page_holds_the_help_of_every_command(run: Run) -> None:
    before, _, rest = PAGE.read_text().partition(BEGIN)
    after = rest.partition(END)[2]
    made = before + BEGIN + "\n" + generated(run) + "\n" + END + after
    if os.environ.get("ASSENT_REGENERATE") == "1":
        PAGE.write_text(made)
    assert PAGE.read_text() == made


def test_a_list_of_commands_says_of_each_a_whole_sentence(run: Run) -> None:
    for path in ((), *((name,) for (name,) in GROUPS)):
        assert "..." not in run(*path, "--help", terminal_width=80).stdout.partition("Commands:")[2]


def test_the_list_says_of_each_command_what_its_help_does() -> None:
    context = click.Context(assent)
    for name, summary in assent.summaries(context):
        command = assent.get_command(context, name)
        assert command is not None
        assert summary == command.get_short_help_str(limit=400)


def test_every_command_has_an_example_and_names_its_statuses(run: Run) -> None:
    for path in commands(assent):
        text = run(*path, "--help").stdout
        if path in GROUPS:
            continue
        assert f"  assent {' '.join(path)}" in text
        assert re.search(r"Exit\s+status:", text)


def test_all_but_lsp_serve_and_ship_take_json(run: Run) -> None:
    for path in commands(assent):
        takes = "--json " in run(*path, "--help").stdout
        assert takes == (path not in {("lsp",), ("serve",), ("log", "ship"), *GROUPS})


def test_assent_alone_shows_the_commands_in_their_order(run: Run) -> None:
    result = run()
    assert result.exit_code == 0
    listed = result.stdout.partition("Commands:\n")[2].splitlines()
    names = [line.split()[0] for line in listed if line[2] != " "]  # Else it is a second line.
    assert names == [
        *("decide", "adapt", "check", "explain", "test", "docs", "credentials", "diff", "new"),
        *("fmt", "lsp", "init", "keys", "serve", "migrate", "doctor", "push", "policies"),
        *("waivers", "facts", "log", "retention", "contents", "verify", "replay"),
    ]


def test_the_version(run: Run) -> None:
    assert re.fullmatch(r"assent \d+\.\d+\.\d+\n", run("--version").stdout)
