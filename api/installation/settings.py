"""Settings: what an operator may choose, read from the environment and from one TOML file.

The only reader of the environment. Each setting is declared in `Settings`, from which the reading,
the errors and `docs/settings.md` derive. A variable is `ASSENT_` and the setting's name in
capitals; in the file the name stands as it is. The environment wins over the file, and a setting
that nobody knows is an error in either. There is no setting that turns a check off.
"""

# ruff: noqa: RUF009 - each call of `_setting` makes a field, and no value that instances share.

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from api.identity.tokens import ACCESS_TOKEN
from api.installation.numbered import numbered
from engine.audit.checkpoints.cosignature import WitnessPolicy
from engine.audit.checkpoints.note import NoteError
from engine.audit.checkpoints.witness import Witness
from engine.audit.entries.retention import Schedule
from engine.bundle.load import shipped_directory
from engine.source.quoting import excerpt
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


def _setting(**said: Any) -> Any:
    """Return the field of one setting: what is said of it makes its `Setting`."""
    return field(metadata=said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of one service, complete and checked, as `load_settings` reads them.

    Paths are absolute.
    """

    data_directory: Path = _setting(
        read=read_path,
        default="var",
        meaning="directory of the database, the signing keys, the anchor, and of what the processes"
        " of a server share; made by `assent init`",
    )
    database_url: str = _setting(
        read=unless_empty(read_text),
        default="",
        shown="`sqlite:///<data_directory>/assent.db`",
        meaning="database of the log and the keys: an SQLite file, or `postgresql://user@host/name`",
    )
    content_key: Path = _setting(
        read=unless_empty(read_path),
        default="",
        shown="`<data_directory>/content.key`",
        meaning="file of the key that wraps the keys of contents; only its owner may read it",
    )
    content_keys_url: str = _setting(
        read=unless_empty(read_text),
        default="",
        shown="`sqlite:///<data_directory>/content-keys.db`",
        meaning="database of the keys of contents, never that of the log ([below](#contents))",
    )
    log_key: Path = _setting(
        read=unless_empty(read_path),
        default="",
        shown="`<data_directory>/log.key`",
        meaning="file of the keys that sign the log; only its owner may read it",
    )
    log_anchor: Path = _setting(
        read=unless_empty(read_path),
        default="",
        shown="`<data_directory>/checkpoint`",
        meaning="file of the last signed checkpoint; best on another disk than the database",
    )
    log_origin: str = _setting(
        read=unless_empty(read_text),
        default="",
        shown="a random name, made by `assent init`",
        meaning="name of the log, a URL without its scheme; it cannot be changed later",
    )
    log_public: bool = _setting(
        read=read_flag,
        default=False,
        shown="`false`",
        meaning="`true` shows `/log/` to everyone, `false` to keys with the role `auditor`",
    )
    public_url: str | None = _setting(
        read=read_public_url,
        default=None,
        shown="none",
        meaning="where clients reach the service: `https://…`; for AuthZEN's discovery and `/docs`",
    )
    log_witnesses: tuple[Witness, ...] = _setting(
        read=read_witnesses,
        default="",
        shown="none",
        meaning="witnesses that cosign the log: the public key of each, and its address after that",
    )
    log_quorum: int = _setting(
        read=unless_empty(read_whole(1, 100)),
        default="",
        shown="more than half of them",
        meaning="how many witnesses have to cosign a checkpoint before it is published",
    )
    log_vouched: Path = _setting(
        read=unless_empty(read_path),
        default="",
        shown="`<data_directory>/vouched`",
        meaning="directory of cosigned checkpoints; best on another disk than the database",
    )
    log_tsa: str = _setting(
        read=unless_empty(lambda value, base: read_address(read_text(value, base))),
        default="",
        shown="none",
        meaning="address of a time stamp authority (RFC 3161) that stamps checkpoints",
    )
    log_tsa_certificates: Path | str = _setting(
        read=unless_empty(read_path),
        default="",
        shown="none",
        meaning="file with the certificates of that authority, its root among them (PEM)",
    )
    log_tsa_minutes: int = _setting(
        read=read_whole(1, 1440),
        default=60,
        meaning="least minutes from one time stamp to the next",
    )
    policies: Path = _setting(
        read=read_path,
        default=shipped_directory(),
        shown="the policies that come with Assent",
        meaning="directory of which `assent init` makes the first version of the policy set",
    )
    policy_set: str = _setting(
        read=read_set_name,
        default="assent",
        meaning="policy set that decides for whoever names none",
    )
    policy_freshness: int = _setting(
        read=read_whole(1, 60),
        default=2,
        meaning="most seconds for which a process decides without having seen what is in force",
    )
    host: str = _setting(read=read_text, default="127.0.0.1", meaning="address to listen on")
    port: int = _setting(read=read_whole(1, 65_535), default=8000, meaning="port to listen on")
    workers: int = _setting(
        read=read_whole(1, 64),
        default=2,
        meaning="processes that answer; one for each core is a good number",
    )
    threads: int = _setting(
        read=read_whole(2, 64),
        default=4,
        meaning="threads in each process; at most half of them stream at a time",
    )
    body_limit: int = _setting(
        read=read_whole(1024, 64 * MEBIBYTE),
        default=8 * MEBIBYTE,
        meaning="most bytes of a request that is read as a whole",
    )
    batch_records: int = _setting(
        read=read_whole(1, 10_000_000), default=100_000, meaning="most campaigns of one batch"
    )
    batch_limit: int = _setting(
        read=read_whole(1024, 1024 * 1024 * MEBIBYTE),
        default=1024 * MEBIBYTE,
        meaning="most bytes of one NDJSON batch",
    )
    batch_processes: int = _setting(
        read=read_whole(0, 64),
        default=2,
        meaning="processes for each of `workers` that decide long batches beside it"
        " ([below](#batches))",
    )
    commit_queue: int = _setting(
        read=read_whole(1, 1_000_000),
        default=4096,
        meaning="most decisions of one process that wait to be written; more are told to retry",
    )
    commit_patience: int = _setting(
        read=read_whole(1, 600),
        default=30,
        meaning="most seconds that a decision waits to be written",
    )
    retention: Schedule | None = _setting(
        read=read_schedule,
        default="",
        shown="none: nothing is erased for its age",
        meaning="how long the contents of decisions are kept, by class ([below](#retention))",
    )
    graceful_timeout: int = _setting(
        read=read_whole(1, 600),
        default=30,
        meaning="most seconds that a stopping process has to finish its requests",
    )
    log_level: str = _setting(
        read=read_word(*LOG_LEVELS),
        default="info",
        meaning="least severe events in the service's own log",
    )
    metrics_public: bool = _setting(
        read=read_flag,
        default=False,
        shown="`false`",
        meaning="`true` shows `/metrics` to everyone, `false` to keys with the role `monitor`",
    )
    otlp_endpoint: str | None = _setting(
        read=read_otlp_endpoint,
        default=None,
        shown="none: no spans are made",
        meaning="collector that takes spans (OTLP): `http://127.0.0.1:4318` ([below](#spans))",
    )
    rate_limit: int = _setting(
        read=read_whole(0, 1_000_000),
        default=0,
        shown="`0`: no limit",
        meaning="most requests of one key in a minute; more are answered 429 ([below](#limits))",
    )
    cors_origins: frozenset[str] = _setting(
        read=read_origins,
        default="",
        shown="none",
        meaning="origins whose pages may call the service, like `https://console.example`",
    )
    oidc_issuer: str = _setting(
        read=unless_empty(read_text),
        default="",
        shown="none",
        meaning="issuer (`iss`) whose access tokens are taken beside keys ([below](#tokens))",
    )
    oidc_audience: str = _setting(
        read=unless_empty(read_text),
        default="",
        shown="none",
        meaning="audience (`aud`) that a token has to be for",
    )
    oidc_jwks: str = _setting(
        read=unless_empty(read_place),
        default="",
        shown="none",
        meaning="address (`https://…`) or file of the issuer's public keys, a JWK Set",
    )
    oidc_algorithms: tuple[str, ...] = _setting(
        read=read_algorithms,
        default="RS256 PS256 ES256 EdDSA",
        meaning="algorithms that a token may be signed by; asymmetric ones only",
    )
    oidc_token_type: str = _setting(
        read=read_word(ACCESS_TOKEN, "JWT"),
        default=ACCESS_TOKEN,
        meaning="`typ` of a token: `at+jwt` (RFC 9068), or `JWT` for providers that know no other",
    )
    oidc_roles_claim: str = _setting(
        read=read_text,
        default="roles",
        meaning="claim that has the roles; dots lead into it, as in `realm_access.roles`",
    )
    oidc_roles: Mapping[str, Role] = _setting(
        read=read_roles,
        default="",
        shown="none",
        meaning="which values of that claim are which roles, a table",
    )
    oidc_grants: Mapping[str, str] = _setting(
        read=read_grants,
        default="",
        shown="none",
        meaning="which values of that claim grant waivers in which role of the policies, a table",
    )


SETTINGS = tuple(Setting(name=each.name, **each.metadata) for each in fields(Settings))
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
    return Settings(**values)


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
