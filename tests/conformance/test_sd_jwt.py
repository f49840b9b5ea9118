"""RFC 9901: the library `sd-jwt` on the disclosures of a leaf, and ours on what it issues."""

import json
from typing import Any

import pytest

from engine.audit.entries.commitment import Disclosure
from engine.audit.entries.record import seal
from tests.audit.conftest import NOON, _make_record
from tests.conftest import shared

verifier = pytest.importorskip("sd_jwt.verifier", reason="the library sd-jwt is not here")
issuer = pytest.importorskip("sd_jwt.issuer")
specification = pytest.importorskip("sd_jwt.utils.yaml_specification")
jwk = pytest.importorskip("jwcrypto.jwk")
jws = pytest.importorskip("jwcrypto.jws")


KEY = jwk.JWK.generate(kty="EC", crv="P-256")


def _presented(leaf: bytes, disclosures: list[str]) -> Any:
    """Return the claims that the library finds, the leaf being the payload of a token."""
    token = jws.JWS(leaf)
    token.add_signature(KEY, alg="ES256", protected=json.dumps({"alg": "ES256"}))
    text = "~".join([token.serialize(compact=True), *disclosures, ""])
    return verifier.SDJWTVerifier(text, lambda *_: KEY).get_verified_payload()


def test_stranger_opens_the_digests_of_a_leaf() -> None:
    entry = seal(_make_record(actor="Zoë")).entry(0, NOON)
    texts = [each.text for each in entry.disclosures]
    assert len(texts) == 2
    plain = json.loads(entry.leaf)
    claims = _presented(entry.leaf, texts)
    assert (claims["actor"], claims["campaign"]) == ("Zoë", "cmp-7")
    hidden = {"_sd", "_sd_alg"}
    assert {name: claims[name] for name in plain if name not in hidden} == {
        name: value for name, value in plain.items() if name not in hidden
    }
    one = _presented(entry.leaf, texts[:1])
    assert len({"actor", "campaign"} & set(one)) == 1
    other = seal(_make_record(actor="Zoë")).entry(0, NOON)
    assert "actor" not in _presented(entry.leaf, [each.text for each in other.disclosures])


def test_what_the_library_issues_is_read_as_it_says() -> None:
    """17 cases: texts of members are ours, with their digest; other values and elements are not."""
    cases = sorted(shared("vectors", "sd-jwt-rfc9901", "tests", "testcases").iterdir())
    files = [case / "specification.yml" for case in cases if case.is_dir()]
    assert len(files) == 17
    texts = others = 0
    for file in files:
        claims = specification.load_yaml_specification(file)["user_claims"]
        made = issuer.SDJWTIssuer(claims, KEY, None, add_decoy_claims=False)
        for disclosure in made.ii_disclosures:
            found = json.loads(disclosure.json)
            if len(found) == 3 and (found[2] is None or isinstance(found[2], str)):
                read = Disclosure.read(disclosure.b64)
                assert (read.name, read.value) == tuple(found[1:])
                assert read.digest() == disclosure.hash
                texts += 1
            else:
                with pytest.raises(ValueError, match="not a disclosure"):
                    Disclosure.read(disclosure.b64)
                others += 1
    assert (texts, others) == (36, 60)
