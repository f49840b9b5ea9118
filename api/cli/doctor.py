"""`assent doctor`: looks an installation over, and says what to do."""

from collections.abc import Iterable, Iterator

import click
from rich.text import Text

from api.cli.arguments import as_json_option
from api.cli.failures import NO
from api.cli.service import service_told
from api.cli.terminal import answer, toned
from api.doctor import Finding, Status, examine
from api.installation.settings import load_settings
from engine.audit.instants import utc_now
from engine.source.layout import Tone

_TONES = {Status.OK: Tone.ALLOW, Status.WARN: Tone.OPEN, Status.FAIL: Tone.DENY}
_WIDTH = 19


@click.command()
@as_json_option
@click.pass_context
def doctor(ctx: click.Context, *, as_json: bool) -> None:
    """Look over an installation: settings, files, database, log, keys, policies.

    Nothing is changed. Each line says OK, WARN (it serves, and should be mended) or FAIL (it does
    not serve, or cannot be trusted), and what to do.

    \b
      assent doctor
      assent doctor --json | jq '.findings[] | select(.status != "OK")'

    Exit status: 0 if nothing fails, 1 if something does, 2 where the settings cannot be read.
    """  # noqa: D301 - click reads the escape.
    with service_told():
        findings = examine(load_settings(), utc_now)
    fails = any(each.status is Status.FAIL for each in findings)
    document = {"is_well": not fails, "findings": [_document(each) for each in findings]}
    answer(document, _lines(findings), as_json=as_json)
    if fails:
        ctx.exit(NO)


def _document(finding: Finding) -> dict[str, object]:
    return {
        "check": finding.check,
        "status": finding.status.value,
        "found": finding.found,
        "advice": finding.advice,
    }


def _lines(findings: Iterable[Finding]) -> Iterator[Text]:
    for each in findings:
        status = toned(f"{each.status:<4}", _TONES[each.status])
        yield status + toned(f"  {each.check:<{_WIDTH}}  ", Tone.TITLE) + toned(each.found)
        if each.advice is not None:
            yield toned(f"{'':<{_WIDTH + 8}}{each.advice}", Tone.REMEDY)
