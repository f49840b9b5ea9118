"""`assent serve`: runs the service until a signal ends it."""

from dataclasses import replace

import click

from api.cli.service import service_told
from api.installation.settings import load_settings


@click.command()
@click.option("--host", help="Address to listen on. [default: ASSENT_HOST, or 127.0.0.1]")
@click.option(
    "--port",
    type=click.IntRange(1, 65_535),
    help="Port to listen on. [default: ASSENT_PORT, or 8000]",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    help="Processes that answer. [default: ASSENT_WORKERS, or 2]",
)
def serve(host: str | None, port: int | None, workers: int | None) -> None:
    """Serve decisions over HTTP, and record every one.

    Prepare it once with `assent init`. Settings come from the environment and from the file that
    ASSENT_CONFIG names; the options here win over both.

    \b
      assent serve
      assent serve --host 0.0.0.0 --port 8080 --workers 8

    Exit status: 0 when it is told to stop, 2 where it cannot start.
    """  # noqa: D301 - click reads the escape.
    # The server and what it brings along are no matter for the other commands.
    from api import server  # noqa: PLC0415 - as said.

    chosen = {"host": host, "port": port, "workers": workers}
    given = {name: value for name, value in chosen.items() if value is not None}
    with service_told():
        server.serve(replace(load_settings(), **given))  # type: ignore[arg-type] # as typed above.
