"""A group of commands that says of each, in its help, a whole sentence."""

import click

_WHOLE = 400
"""Click cuts what it says of a command to the rest of a line; no first sentence is as long."""


class Group(click.Group):
    """A group of commands, whose list is wrapped where it is longer than a line."""

    def summaries(self, ctx: click.Context) -> list[tuple[str, str]]:
        """Return the name of each command, and the first sentence of its help."""
        found = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        return [
            (name, command.get_short_help_str(_WHOLE))
            for name, command in found
            if command is not None
        ]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of the commands."""
        with formatter.section("Commands"):
            formatter.write_dl(self.summaries(ctx))
