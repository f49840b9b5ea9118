"""`assent lsp`: the language server, for editors."""

import os
import sys

import click

from api.cli.failures import Failure


@click.command()
def lsp() -> None:
    """Help an editor while policies are written, by the Language Server Protocol.

    An editor starts this command and speaks with it over standard input and output: mistakes as
    you type, meanings under the cursor, completion, definitions, renaming, layout. docs/editor.md
    says how to set up VS Code, Neovim, Emacs and Helix.

    \b
      assent lsp

    It needs the extra `lsp`: pip install 'assent[lsp]'. Exit status: 0 when the editor ends it, 2
    where it cannot start.
    """  # noqa: D301 - click reads the escape.
    try:
        # The protocol is an extra, and no matter for the other commands.
        from api.lsp.server import make_server  # noqa: PLC0415 - as said.
    except ModuleNotFoundError as error:
        why = f"the package {error.name} is not installed"
        raise Failure("assent lsp", why, "pip install 'assent[lsp]'") from error
    # The server closes what it writes to, and the command has its own output to end.
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as output:
        make_server().start_io(stdout=output)
