"""Settings: read from two places, checked at once, documented in one."""

from pathlib import Path

import pytest

from api.installation.settings import SETTINGS, SettingsError, load_settings, settings_table
from engine.bundle.load import shipped_directory
from tests.audit.loopback_witness import LoopbackWitness

ONE = LoopbackWitness(name="witness.example/one", seed=bytes([1]) * 32)
TWO = LoopbackWitness(name="witness.example/two", seed=bytes([2]) * 32)
PAIR = f"{ONE.vkey} https://one.example/w"
ROOT = Path(__file__).resolve().parents[2]


def test_defaults_are_enough() -> None:
    made = load_settings({})
    assert (made.host, made.port, made.workers) == ("127.0.0.1", 8000, 2)
    assert made.policies == shipped_directory()
    assert made.database_url == f"sqlite:///{Path.cwd()}/var/assent.db"


def test_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "assent.toml"
    file.write_text('port = 9000\nworkers = 3\ndata_directory = "data"\n')
    made = load_settings({"ASSENT_CONFIG": str(file), "ASSENT_PORT": "9001"})
    assert (made.port, made.workers) == (9001, 3)
    assert made.data_directory == tmp_path / "data"
    assert made.database_url == f"sqlite:///{tmp_path}/data/assent.db"


def test_file_given_outright_is_read(tmp_path: Path) -> None:
    file = tmp_path / "other.toml"
    file.write_text('log_level = "debug"\n')
    assert load_settings({"ASSENT_CONFIG": "nowhere"}, file=file).log_level == "debug"


def test_database_may_be_elsewhere() -> None:
    made = load_settings({"ASSENT_DATABASE_URL": "sqlite:////data/log.db"})
    assert made.database_url == "sqlite:////data/log.db"


def test_other_variables_are_not_ours() -> None:
    assert load_settings({"PORT": "1", "XASSENT_PORT": "2"}).port == 8000


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("ASSENT_PROT", "did you mean `ASSENT_PORT`?"),
        ("ASSENT_port", "did you mean `ASSENT_PORT`?"),
        ("ASSENT_ZZZZZZZZZZZZZZ", "docs/settings.md"),
        ("ASSENT_BIND", "docs/settings.md"),  # Of `ASSENT_`, every name has a half.
    ],
)
def test_unknown_variable(name: str, words: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings({name: "1"})
    assert f"`{name}`" in str(caught.value)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("prot = 1", "did you mean `port`?"),
        ("[server]\nport = 1", "`server`"),
        ("port = true", "whole number from 1 to 65535"),
        ('port = "x"', "`x`"),
        ("port = 0", "`0`"),
        ("port = 1.5", "whole number"),
        ("workers = 65", "from 1 to 64"),
        ("threads = 1", "from 2 to 64"),
        ('log_level = "loud"', "`warning`"),
        ("policy_set = 1", "a name"),
        ('policies = ""', "a path"),
        ("data_directory = 1", "a path"),
        ('log_witnesses = "x"', "pairs of a witness's public key and its address"),
        ("log_witnesses = [1]", "pairs of a witness's public key"),
        ("log_witnesses = 1", "pairs of a witness's public key"),
        ('log_witnesses = "x https://w.example"', "(a key is written as name, key id and"),
        (f'log_witnesses = "{ONE.vkey} ftp://w.example"', "a web address"),
        (f'log_witnesses = "{ONE.vkey} https://w.example?a"', "a web address"),
        (f'log_witnesses = "{ONE.vkey} https://u:p@w.example"', "a web address"),
        (f'log_witnesses = "{ONE.vkey} https:///x"', "a web address"),
        (f'log_witnesses = "{ONE.vkey} https://["', "a web address"),
        (f'log_witnesses = "{PAIR} {PAIR}"', "the witness `witness.example/one` is given twice"),
        (f'log_witnesses = "{PAIR}"\nlog_quorum = 2', "a quorum of 1 witness is a number from 1"),
        ("log_quorum = 1", "there are no witnesses; name them as `log_witnesses`"),
        ("log_quorum = 0", "whole number from 1"),
        ("cors_origins = true", "origins like `https://console.example`"),
        ('cors_origins = ["https://console.example", 1]', "origins like"),
        ("otlp_endpoint = 1", "a web address"),
        ('otlp_endpoint = ""', "a web address"),
        ('otlp_endpoint = "127.0.0.1:4318"', "a web address"),
        ('otlp_endpoint = "grpc://127.0.0.1:4317"', "a web address"),
        ('otlp_endpoint = "https://user:secret@collector.example"', "a web address"),
        ('otlp_endpoint = "https://collector.example/v1/traces/"', "without `/v1/traces`"),
        ("port = ", "settings file"),
        ("\x00", "settings file"),
    ],
)
def test_file_that_does_not_fit(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "assent.toml"
    file.write_text(text)
    with pytest.raises(SettingsError) as caught:
        load_settings({}, file=file)
    assert words in str(caught.value)


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "assent.toml"
    file.write_text("prot = 1\nworkers = 65\nthreads = 4\n")
    wrong = {"ASSENT_CONFIG": str(file), "ASSENT_HOTS": "::1", "ASSENT_THREADS": "1"}
    with pytest.raises(SettingsError) as caught:
        load_settings(wrong)
    assert str(caught.value) == (
        "(1) there is no setting `prot`; did you mean `port`?"
        " (2) the setting `workers` should be a whole number from 1 to 64, and is `65`"
        " (3) there is no setting `ASSENT_HOTS`; did you mean `ASSENT_HOST`?"
        " (4) the setting `ASSENT_THREADS` should be a whole number from 2 to 64, and is `1`"
    )
    with pytest.raises(SettingsError, match=r"^\(1\) .* \(10\) .* and 90 more$"):
        load_settings({f"ASSENT_X{number}": "" for number in range(100)})


@pytest.mark.parametrize("value", ["", "-1", "1e3", "\uff11\uff12", "9" * 5000, " 1"])
def test_number_that_is_none(value: str) -> None:
    with pytest.raises(SettingsError):
        load_settings({"ASSENT_PORT": value})


def test_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no such file"):
        load_settings({"ASSENT_CONFIG": str(tmp_path / "none.toml")})


def test_file_that_is_not_utf_8(tmp_path: Path) -> None:
    file = tmp_path / "assent.toml"
    file.write_bytes(b'host = "\xff"')
    with pytest.raises(SettingsError):
        load_settings({}, file=file)


def test_witnesses_are_one_text_or_a_list(tmp_path: Path) -> None:
    pairs = f"{PAIR}\n  {TWO.vkey} http://127.0.0.1:1"
    in_environment = load_settings({"ASSENT_LOG_WITNESSES": pairs})
    file = tmp_path / "assent.toml"
    file.write_text(f'log_witnesses = ["{PAIR}", "{TWO.vkey} http://127.0.0.1:1"]\n')
    in_file = load_settings({}, file=file)
    assert in_file.log_witnesses == in_environment.log_witnesses
    assert [(str(w.key), w.url) for w in in_file.log_witnesses] == [
        (ONE.vkey, "https://one.example/w"),
        (TWO.vkey, "http://127.0.0.1:1"),
    ]


@pytest.mark.parametrize(("count", "quorum"), [(0, 0), (1, 1), (2, 2), (3, 2), (4, 3)])
def test_quorum_is_more_than_half_unless_it_is_said(count: int, quorum: int) -> None:
    witnesses = [LoopbackWitness(name="w", seed=bytes([number]) * 32) for number in range(count)]
    pairs = " ".join(f"{each.vkey} https://w.example" for each in witnesses)
    assert load_settings({"ASSENT_LOG_WITNESSES": pairs}).log_quorum == quorum
    if count:
        chosen = {"ASSENT_LOG_WITNESSES": pairs, "ASSENT_LOG_QUORUM": "1"}
        assert load_settings(chosen).log_quorum == 1


def test_documentation_lists_every_setting() -> None:
    assert settings_table() in (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert all(setting.meaning for setting in SETTINGS)


def test_retention_is_a_table_in_the_file_and_in_the_environment(tmp_path: Path) -> None:
    assert load_settings({}).retention is None
    file = tmp_path / "assent.toml"
    file.write_text(
        '[retention]\ndefault = "13 months"\ndeny = "3 years"\n'
        '[retention.policy_sets.political]\ndefault = "7 years"\n'
    )
    from_file = load_settings({}, file=file).retention
    inline = '{default = "13 months", deny = "3 years", policy_sets.political.default = "7 years"}'
    assert from_file is not None
    assert from_file == load_settings({"ASSENT_RETENTION": inline}).retention
    names = [(each.name, each.kept_for) for each in from_file.classes]
    assert names == [("political", "7 years"), ("deny", "3 years"), ("default", "13 months")]
    assert load_settings({"ASSENT_RETENTION": ""}, file=file).retention is None


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("13 months", 'a table like `{ default = "13 months"'),
        ('"13 months"', "a table like"),
        ("{}\nport = 1", "a table like"),
        ('{deny = "1 year"}', "with `default` for all others"),
        ('{default = "1 year", dney = "2 years"}', "did you mean `deny`?"),
        ('{default = "1 fortnight"}', "`default` is `unlimited` or a period like `90 days`"),
        ('{default = "1 year", default = "2 years"}', "a table like"),
    ],
)
def test_retention_that_does_not_fit(value: str, words: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings({"ASSENT_RETENTION": value})
    assert "the setting `ASSENT_RETENTION` should be " in str(caught.value)
    assert words in str(caught.value)


def test_table_of_grants() -> None:
    read = load_settings({"ASSENT_OIDC_GRANTS": '{ "board" = "Ethics Board" }'}).oidc_grants
    assert dict(read) == {"board": "Ethics Board"}
    for wrong in ("board", '{ "board" = 1 }', '{ "board" = "" }', "{}"):
        with pytest.raises(SettingsError, match="Ethics Board"):
            load_settings({"ASSENT_OIDC_GRANTS": wrong})
