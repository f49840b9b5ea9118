"""A bundle: one digest over every byte of its files, and a value that never changes."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine import Engine, bundle_from_files, document
from engine.audit.canonical import canonical
from engine.bundle.bundle import build, digest_of, policy_sources
from engine.bundle.load import is_policy
from engine.source.diagnostic import Severity
from tests.strategies.vocabulary import VOCABULARY

FILES = {"a.policy": "# a", "b/c.json": "{}"}


@pytest.mark.parametrize(
    "changed",
    [
        {"a.policy": "# a ", "b/c.json": "{}"},
        {"a.policy": "# a", "b/c.json": "{} "},
        {"A.policy": "# a", "b/c.json": "{}"},
        {"a.policy": "# a"},
        {"a.policy": "# a", "b/c.json": "{}", "d.json": ""},
        {"a.policy": "{}", "b/c.json": "# a"},
        {'a.policy":"# a","b/c.json': "{}"},
        {"a.policy": "# \u00e1", "b/c.json": "{}"},
        {"a.policy": "# a\u0301", "b/c.json": "{}"},
        {"a.policy": "# \ud83d", "b/c.json": "{}"},
    ],
)
def test_every_character_and_name_counts(changed: Mapping[str, str]) -> None:
    assert digest_of(changed) != digest_of(FILES)


def test_the_order_of_files_does_not_count() -> None:
    assert digest_of(dict(reversed(FILES.items()))) == digest_of(FILES)


def test_the_digest_is_sha256_over_the_json_of_the_files() -> None:
    # printf '{"a.policy":"# a","b/c.json":"{}"}' | sha256sum
    assert digest_of(FILES).startswith("sha256:")
    assert len(digest_of(FILES)) == len("sha256:") + 64
    assert digest_of({}) == (
        "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    )


@given(st.dictionaries(st.text(max_size=4), st.text()))
@example({"\uff5e": "\x00\x1f\x7f\u2028", "\U0001f600": '"\\\b\f\n\r\t'})
def test_the_digest_is_that_of_the_files_as_they_are_kept(files: Mapping[str, str]) -> None:
    kept = hashlib.sha256(canonical(dict(files))).hexdigest()
    assert digest_of(files) == f"sha256:{kept}"


def test_a_bundle_is_identified_by_its_files_alone() -> None:
    files = {"v.policy": VOCABULARY, "data/x.json": '{"a": 1}'}
    one, _ = build("one", files)
    other, _ = build("other", dict(reversed(files.items())))
    assert one is not None
    assert other is not None
    assert one.digest == other.digest == digest_of(files)
    assert one.version == one.digest[7:19]


def test_a_bundle_keeps_its_files_whatever_becomes_of_the_callers() -> None:
    files = {"v.policy": VOCABULARY}
    bundle, _ = build("b", files)
    files["w.policy"] = "policy"
    assert bundle is not None
    assert dict(bundle.files) == {"v.policy": VOCABULARY}


RULE = """\
instrument HOUSE "Our own policy" "https://example.org/policy"
policy p "P"
  rule r "R"
    source        HOUSE sec 1
    in force from 2024-01-01
    require       campaign.flight.end is known
    message       "M."
    remedy        "R."
end policy
"""


def decided(text: str) -> tuple[str, dict[str, object]]:
    """Return the digest of policies, and what they answer apart from naming themselves."""
    engine = Engine(bundle_from_files({"v.policy": VOCABULARY, "p.policy": text}, name="b"))
    decision = engine.decide({"markets": ["DE"]}, as_of=datetime(2026, 11, 1, tzinfo=UTC))
    answer = document(decision, id="d", identity=engine.identity)
    return engine.bundle.digest, {k: v for k, v in answer.items() if k != "policy_set"}


def test_another_layout_has_another_digest_because_a_decision_names_lines() -> None:
    one, other = decided(RULE), decided(f"# A remark.\n{RULE}")
    assert one == decided(RULE)
    assert one[1] != other[1]
    assert one[0] != other[0]


LISTED = """\
set Served of place "countries that we serve"
  is column "code" of "lists/served.csv"
end set
"""


def test_lists_are_part_of_a_bundle_and_of_its_digest() -> None:
    files = {"v.policy": VOCABULARY, "p.policy": LISTED, "lists/served.csv": "code\nDE\n"}
    one, found = build("b", files)
    other, _ = build("b", {**files, "lists/served.csv": "code\nFR\n"})
    assert one is not None, found
    assert other is not None
    assert one.digest != other.digest
    assert one.policies.sets["Served"] != other.policies.sets["Served"]
    again, _ = build("b", dict(one.files))
    assert again is not None
    assert (again.digest, again.policies.sets) == (one.digest, one.policies.sets)


def test_only_policy_files_are_parsed() -> None:
    assert is_policy("a/b.policy")
    assert not is_policy("a/b.policy.json")
    files = {"z.policy": "", "a.policy": "", "x.json": "not policy"}
    assert list(policy_sources(files)) == ["a.policy", "z.policy"]
    bundle, found = build("b", {"v.policy": VOCABULARY, "x.json": "not policy"})
    assert bundle is not None
    assert found == ()


def test_there_is_no_bundle_where_a_file_has_a_fault_of_any_floor() -> None:
    for text in ("policy", "set A of nothing is {x} end set\n", "\x00", "x" * (1 << 21)):
        bundle, found = build("b", {"v.policy": VOCABULARY, "p.policy": text})
        assert bundle is None
        assert any(each.severity is Severity.ERROR for each in found)
