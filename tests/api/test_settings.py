"""Settings: read from two places, checked at once, documented in one."""

from pathlib import Path

import pytest

from api.settings import SETTINGS, SettingsError, load_settings, settings_table
from engine.bundle.load import shipped_directory

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


def test_documentation_lists_every_setting() -> None:
    assert settings_table() in (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert all(setting.meaning for setting in SETTINGS)
