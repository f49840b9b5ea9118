"""Settings: what an operator may choose, read from the environment and from one TOML file.

The only reader of the environment. Each setting has one line in `SETTINGS`, from which the reading,
the errors and `docs/settings.md` derive. A variable is `ASSENT_` and the setting's name in
capitals; in the file the name stands as it is. The environment wins over the file, and a setting
that nobody knows is an error in either. There is no setting that turns a check off.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from api.identity.tokens import ACCESS_TOKEN
from api.numbered import numbered
from engine.audit.checkpoints.cosignature import WitnessPolicy
from engine.audit.checkpoints.note import NoteError
from engine.audit.checkpoints.witness import Witness
from engine.audit.entries.retention import Schedule
from engine.bundle.load import shipped_directory
from engine.source.json_fault import excerpt
from engine.source.suggest import nearest
from engine.storage.keys import Role

from .setting_values import (
    Read,
    read_address,
    read_algorithms,
    read_flag,
    read_grants,
    read_origins,
    read_otlp_endpoint,
    read_path,
    read_place,
    read_public_url,
    read_roles,
    read_schedule,
    read_set_name,
    read_text,
    read_whole,
    read_witnesses,
    read_word,
    unless_empty,
)

PREFIX = "ASSENT_"
CONFIG_VARIABLE = "ASSENT_CONFIG"
"""The variable that names the settings file."""

_NO_SETTINGS = frozenset({CONFIG_VARIABLE, "ASSENT_URL", "ASSENT_KEY_FILE"})
"""Variables that are none of the service; the last two are of who calls one (`api.cli.remote`)."""

LOG_LEVELS = ("debug", "info", "warning", "error")
MEBIBYTE = 1024 * 1024


class SettingsError(Exception):
    """The settings cannot be used; the message says which, and what to write instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of one service, complete and checked. Paths are absolute."""

    data_directory: Path
    database_url: str
    content_key: Path
    content_keys_url: str
    log_key: Path
    log_anchor: Path
    log_origin: str
    log_public: bool
    public_url: str | None
    log_witnesses: tuple[Witness, ...]
    log_quorum: int
    log_vouched: Path
    log_tsa: str
    log_tsa_certificates: Path | str
    log_tsa_minutes: int
    policies: Path
    policy_set: str
    policy_freshness: int
    host: str
    port: int
    workers: int
    threads: int
    body_limit: int
    batch_records: int
    batch_limit: int
    batch_processes: int
    commit_queue: int
    commit_patience: int
    retention: Schedule | None
    graceful_timeout: int
    log_level: str
    metrics_public: bool
    otlp_endpoint: str | None
    rate_limit: int
    cors_origins: frozenset[str]
    oidc_issuer: str
    oidc_audience: str
    oidc_jwks: str
    oidc_algorithms: tuple[str, ...]
    oidc_token_type: str
    oidc_roles_claim: str
    oidc_roles: Mapping[str, Role]
    oidc_grants: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting: how it is read, and what `docs/settings.md` says of it.

    `default` is what is read where nobody sets it; `shown` replaces it in the documentation.
    """

    name: str
    default: object
    meaning: str
    read: Read
    shown: str | None = None

    @property
    def variable(self) -> str:
        """The environment variable of the setting."""
        return PREFIX + self.name.upper()


SETTINGS = (
    Setting(
        name="data_directory",
        default="var",
        meaning=(
            "directory of the database, the signing keys, the anchor, and of what the processes of"
            " a server share; made by `assent init`"
        ),
        read=read_path,
    ),
    Setting(
        name="database_url",
        default="",
        shown="`sqlite:///<data_directory>/assent.db`",
        meaning="database of the log and the keys: an SQLite file, or `postgresql://user@host/name`",
        read=unless_empty(read_text),
    ),
    Setting(
        name="content_key",
        default="",
        shown="`<data_directory>/content.key`",
        meaning="file of the key that wraps the keys of contents; only its owner may read it",
        read=unless_empty(read_path),
    ),
    Setting(
        name="content_keys_url",
        default="",
        shown="`sqlite:///<data_directory>/content-keys.db`",
        meaning="database of the keys of contents, never that of the log ([below](#contents))",
        read=unless_empty(read_text),
    ),
    Setting(
        name="log_key",
        default="",
        shown="`<data_directory>/log.key`",
        meaning="file of the keys that sign the log; only its owner may read it",
        read=unless_empty(read_path),
    ),
    Setting(
        name="log_anchor",
        default="",
        shown="`<data_directory>/checkpoint`",
        meaning="file of the last signed checkpoint; best on another disk than the database",
        read=unless_empty(read_path),
    ),
    Setting(
        name="log_origin",
        default="",
        shown="a random name, made by `assent init`",
        meaning="name of the log, a URL without its scheme; it cannot be changed later",
        read=unless_empty(read_text),
    ),
    Setting(
        name="log_public",
        default=False,
        shown="`false`",
        meaning="`true` shows `/log/` to everyone, `false` to keys with the role `auditor`",
        read=read_flag,
    ),
    Setting(
        name="public_url",
        default=None,
        shown="none",
        meaning="by which address clients reach the service: `https://…`; for AuthZEN's discovery",
        read=read_public_url,
    ),
    Setting(
        name="log_witnesses",
        default="",
        shown="none",
        meaning="witnesses that cosign the log: the public key of each, and its address after that",
        read=read_witnesses,
    ),
    Setting(
        name="log_quorum",
        default="",
        shown="more than half of them",
        meaning="how many witnesses have to cosign a checkpoint before it is published",
        read=unless_empty(read_whole(1, 100)),
    ),
    Setting(
        name="log_vouched",
        default="",
        shown="`<data_directory>/vouched`",
        meaning="directory of cosigned checkpoints; best on another disk than the database",
        read=unless_empty(read_path),
    ),
    Setting(
        name="log_tsa",
        default="",
        shown="none",
        meaning="address of a time stamp authority (RFC 3161) that stamps checkpoints",
        read=unless_empty(lambda value, base: read_address(read_text(value, base))),
    ),
    Setting(
        name="log_tsa_certificates",
        default="",
        shown="none",
        meaning="file with the certificates of that authority, its root among them (PEM)",
        read=unless_empty(read_path),
    ),
    Setting(
        name="log_tsa_minutes",
        default=60,
        meaning="least minutes from one time stamp to the next",
        read=read_whole(1, 1440),
    ),
    Setting(
        name="policies",
        default=shipped_directory(),
        shown="the policies that come with Assent",
        meaning="directory of which `assent init` makes the first version of the policy set",
        read=read_path,
    ),
    Setting(
        name="policy_set",
        default="assent",
        meaning="policy set that decides for whoever names none",
        read=read_set_name,
    ),
    Setting(
        name="policy_freshness",
        default=2,
        meaning="most seconds for which a process decides without having seen what is in force",
        read=read_whole(1, 60),
    ),
    Setting(name="host", default="127.0.0.1", meaning="address to listen on", read=read_text),
    Setting(name="port", default=8000, meaning="port to listen on", read=read_whole(1, 65_535)),
    Setting(
        name="workers",
        default=2,
        meaning="processes that answer; one for each core is a good number",
        read=read_whole(1, 64),
    ),
    Setting(
        name="threads",
        default=4,
        meaning="threads in each process; at most half of them stream at a time",
        read=read_whole(2, 64),
    ),
    Setting(
        name="body_limit",
        default=8 * MEBIBYTE,
        meaning="most bytes of a request that is read as a whole",
        read=read_whole(1024, 64 * MEBIBYTE),
    ),
    Setting(
        name="batch_records",
        default=100_000,
        meaning="most campaigns of one batch",
        read=read_whole(1, 10_000_000),
    ),
    Setting(
        name="batch_limit",
        default=1024 * MEBIBYTE,
        meaning="most bytes of one NDJSON batch",
        read=read_whole(1024, 1024 * 1024 * MEBIBYTE),
    ),
    Setting(
        name="batch_processes",
        default=2,
        meaning="processes for each of `workers` that decide long batches beside it"
        " ([below](#batches))",
        read=read_whole(0, 64),
    ),
    Setting(
        name="commit_queue",
        default=4096,
        meaning="most decisions of one process that wait to be written; more are told to retry",
        read=read_whole(1, 1_000_000),
    ),
    Setting(
        name="commit_patience",
        default=30,
        meaning="most seconds that a decision waits to be written",
        read=read_whole(1, 600),
    ),
    Setting(
        name="retention",
        default="",
        shown="none: nothing is erased for its age",
        meaning="how long the contents of decisions are kept, by class ([below](#retention))",
        read=read_schedule,
    ),
    Setting(
        name="graceful_timeout",
        default=30,
        meaning="most seconds that a stopping process has to finish its requests",
        read=read_whole(1, 600),
    ),
    Setting(
        name="log_level",
        default="info",
        meaning="least severe events in the service's own log",
        read=read_word(*LOG_LEVELS),
    ),
    Setting(
        name="metrics_public",
        default=False,
        shown="`false`",
        meaning="`true` shows `/metrics` to everyone, `false` to keys with the role `monitor`",
        read=read_flag,
    ),
    Setting(
        name="otlp_endpoint",
        default=None,
        shown="none: no spans are made",
        meaning="collector that takes spans (OTLP): `http://127.0.0.1:4318` ([below](#spans))",
        read=read_otlp_endpoint,
    ),
    Setting(
        name="rate_limit",
        default=0,
        shown="`0`: no limit",
        meaning="most requests of one key in a minute; more are answered 429 ([below](#limits))",
        read=read_whole(0, 1_000_000),
    ),
    Setting(
        name="cors_origins",
        default="",
        shown="none",
        meaning="origins whose pages may call the service, like `https://console.example`",
        read=read_origins,
    ),
    Setting(
        name="oidc_issuer",
        default="",
        shown="none",
        meaning="issuer (`iss`) whose access tokens are taken beside keys ([below](#tokens))",
        read=unless_empty(read_text),
    ),
    Setting(
        name="oidc_audience",
        default="",
        shown="none",
        meaning="audience (`aud`) that a token has to be for",
        read=unless_empty(read_text),
    ),
    Setting(
        name="oidc_jwks",
        default="",
        shown="none",
        meaning="address (`https://…`) or file of the issuer's public keys, a JWK Set",
        read=unless_empty(read_place),
    ),
    Setting(
        name="oidc_algorithms",
        default="RS256 PS256 ES256 EdDSA",
        meaning="algorithms that a token may be signed by; asymmetric ones only",
        read=read_algorithms,
    ),
    Setting(
        name="oidc_token_type",
        default=ACCESS_TOKEN,
        meaning="`typ` of a token: `at+jwt` (RFC 9068), or `JWT` for providers that know no other",
        read=read_word(ACCESS_TOKEN, "JWT"),
    ),
    Setting(
        name="oidc_roles_claim",
        default="roles",
        meaning="claim that has the roles; dots lead into it, as in `realm_access.roles`",
        read=read_text,
    ),
    Setting(
        name="oidc_roles",
        default="",
        shown="none",
        meaning="which values of that claim are which roles, a table",
        read=read_roles,
    ),
    Setting(
        name="oidc_grants",
        default="",
        shown="none",
        meaning="which values of that claim grant waivers in which role of the policies, a table",
        read=read_grants,
    ),
)
"""Every setting, in the order of the documentation."""

_BY_NAME = {setting.name: setting for setting in SETTINGS}


def load_settings(
    environment: Mapping[str, str] | None = None, *, file: Path | None = None
) -> Settings:
    """Return the settings of the environment and of a TOML file.

    Without a `file`, the one that `ASSENT_CONFIG` names is read, if any. Raises `SettingsError`.
    """
    environment = os.environ if environment is None else environment
    named = environment.get(CONFIG_VARIABLE)
    chosen = file if file is not None else Path(named) if named else None
    here = Path.cwd()
    values: dict[str, object] = {
        setting.name: setting.read(setting.default, here) for setting in SETTINGS
    }
    faults = list[str]()
    if chosen is not None:
        values |= _from_file(chosen, faults)
    values |= _from_environment(environment, here, faults)
    if faults:
        raise SettingsError(numbered(faults))
    return _settings(values)


def _from_file(file: Path, faults: list[str]) -> dict[str, object]:
    """Return the values of a file that can be used; adds to `faults` why others cannot."""
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        reason = (error.strerror or "it cannot be read").lower()
        faults.append(f"the settings file {excerpt(str(file), 200)}: {reason}")
        return {}
    except ValueError as error:
        faults.append(f"the settings file {excerpt(str(file), 200)}: {error}")
        return {}
    return _values(table, _BY_NAME, file.resolve().parent, faults)


def _from_environment(
    environment: Mapping[str, str], here: Path, faults: list[str]
) -> dict[str, object]:
    """Return the values of variables that can be used; adds to `faults` as `_from_file` does."""
    found = {
        name: value
        for name, value in sorted(environment.items())
        if name.startswith(PREFIX) and name not in _NO_SETTINGS
    }
    return _values(found, {setting.variable: setting for setting in SETTINGS}, here, faults)


def _values(
    found: Mapping[str, object], known: Mapping[str, Setting], base: Path, faults: list[str]
) -> dict[str, object]:
    """Return what is found under known names, by the names of the settings."""
    values = dict[str, object]()
    for name, value in found.items():
        setting = known.get(name)
        if setting is None:
            near = _near(name, known)
            advice = f"did you mean `{near}`?" if near else "`docs/settings.md` lists them all"
            faults.append(f"there is no setting {excerpt(name)}; {advice}")
            continue
        try:
            values[setting.name] = setting.read(value, base)
        except ValueError as error:
            shown = excerpt(str(value))
            faults.append(f"the setting `{name}` should be {error}, and is {shown}")
    return values


def _near(shown: str, known: Mapping[str, Setting]) -> str | None:
    """Return the known name most like one; what all names begin with makes none of them alike."""
    prefix = PREFIX if shown.startswith(PREFIX) else ""
    near = nearest(shown.removeprefix(prefix), [name.removeprefix(prefix) for name in known])
    return None if near is None else f"{prefix}{near}"


def _settings(values: dict[str, Any]) -> Settings:
    directory = values["data_directory"]
    values["database_url"] = values["database_url"] or f"sqlite:///{directory / 'assent.db'}"
    values["content_key"] = values["content_key"] or directory / "content.key"
    keys_url = values["content_keys_url"] or f"sqlite:///{directory / 'content-keys.db'}"
    if keys_url == values["database_url"]:
        raise SettingsError(
            "the settings `content_keys_url` and `database_url` name one database, whose backups"
            " would have the contents together with their keys; name two"
        )
    values["content_keys_url"] = keys_url
    values["log_key"] = values["log_key"] or directory / "log.key"
    values["log_anchor"] = values["log_anchor"] or directory / "checkpoint"
    values["log_vouched"] = values["log_vouched"] or directory / "vouched"
    values["log_quorum"] = _quorum(values["log_witnesses"], values["log_quorum"])
    if bool(values["log_tsa"]) != bool(values["log_tsa_certificates"]):
        raise SettingsError(
            "the settings `log_tsa` and `log_tsa_certificates` belong together: what cannot be"
            " verified is not kept"
        )
    _check_issuer(values)
    return Settings(**{field.name: values[field.name] for field in fields(Settings)})


def _check_issuer(values: Mapping[str, Any]) -> None:
    """Raise `SettingsError` where some of what verifies tokens is there, and some is not."""
    needed = ("oidc_issuer", "oidc_audience", "oidc_jwks", "oidc_roles")
    lacking = [name for name in needed if not values[name]]
    if lacking and len(lacking) < len(needed):
        raise SettingsError(
            f"tokens need the settings {', '.join(f'`{name}`' for name in needed)} together;"
            f" `{lacking[0]}` is not set"
        )


def _quorum(witnesses: tuple[Witness, ...], chosen: int | str) -> int:
    """Return how many witnesses have to cosign. Raises `SettingsError`."""
    if not witnesses:
        if chosen:
            raise SettingsError(
                f"the setting `log_quorum` is {chosen}, and there are no witnesses; name them as"
                " `log_witnesses`"
            )
        return 0
    quorum = int(chosen or len(witnesses) // 2 + 1)
    try:
        WitnessPolicy(witnesses=tuple(each.key for each in witnesses), quorum=quorum)
    except NoteError as error:
        raise SettingsError(f"the settings of witnesses cannot be used: {error}") from error
    return quorum


def settings_table() -> str:
    """Return the table of settings in `docs/settings.md`."""
    rows = [
        f"| `{setting.name}` | `{setting.variable}` | {_default(setting)} | {setting.meaning} |"
        for setting in SETTINGS
    ]
    heading = "| in the file | in the environment | default | what it is |"
    return "\n".join([heading, "|---|---|---|---|", *rows]) + "\n"


def _default(setting: Setting) -> str:
    return setting.shown or f"`{setting.default}`"
