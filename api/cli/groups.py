"""A group of commands that says of each, in its help, a whole sentence."""

import click

_WHOLE = 400
"""Click cuts what it says of a command to the rest of a line; no first sentence is as long."""


class Group(click.Group):
    """A group of commands, whose list is wrapped where it is longer than a line."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of the commands."""
        found = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(
                [
                    (name, command.get_short_help_str(_WHOLE))
                    for name, command in found
                    if command is not None
                ]
            )
