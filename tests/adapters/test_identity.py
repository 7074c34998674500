"""Tokens: whom they speak for, and every way in which one is worth nothing."""

import base64
import json
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from adapters.identity import (
    MAX_TOKEN_BYTES,
    Claims,
    Identities,
    Issuer,
    Jwks,
    NodeKey,
    UnusableKey,
)
from domain.decider import Refusal
from domain.identifiers import PersonId

UNIVERSITY = "240190000123"
COLLEGE = "180490000319"
ANN = PersonId("8d7a4f5e-0c3b-4e55-9f0a-1b2c3d4e5f60")
NOON = datetime(2026, 9, 18, 7, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Institution:
    """An institution with an issuer of its own, which may say whatever it likes."""

    def __init__(self, key_id: str | None = "k1") -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.key_id = key_id
        public = jwt.algorithms.ECAlgorithm.to_jwk(
            self.private.public_key(), as_dict=True
        )
        self.jwk = {**public, "use": "sig", **({"kid": key_id} if key_id else {})}
        self.issuer = Issuer("https://id.university.kz", Jwks((self.jwk,)), UNIVERSITY)

    def says(self, **claims: object) -> str:
        return jwt.encode(
            sound(**claims),
            self.private,
            algorithm="ES256",
            headers={"kid": self.key_id} if self.key_id else None,
        )


def sound(**changed: object) -> dict[str, object]:
    """The claims of a token that is right in every way, but for what is changed."""
    claims: dict[str, object] = {
        "iss": "https://id.university.kz",
        "aud": "adisteme",
        "sub": ANN,
        "org": UNIVERSITY,
        "exp": (NOON + HOUR).timestamp(),
        "iat": NOON.timestamp(),
        "jti": "t-1",
        **changed,
    }
    return {name: value for name, value in claims.items() if value is not None}


def spelt(header: Mapping[str, object], payload: bytes, signature: bytes = b"") -> str:
    """A token put together by hand."""
    parts = (json.dumps(header).encode(), payload, signature)
    return ".".join(
        base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts
    )


def at_noon() -> datetime:
    return NOON


@pytest.fixture(scope="module")
def university() -> Institution:
    return Institution()


@pytest.fixture(scope="module")
def node_key(tmp_path_factory: pytest.TempPathFactory) -> NodeKey:
    return NodeKey(tmp_path_factory.mktemp("keys"), "local", at_noon)


@pytest.fixture(scope="module")
def identities(university: Institution, node_key: NodeKey) -> Identities:
    return Identities([node_key.as_issuer(), university.issuer], at_noon)


def reason(identities: Identities, token: str) -> str:
    with pytest.raises(Refusal) as caught:
        identities.verify(token)
    assert caught.value.code == "ACTOR-TOKEN"
    assert list(caught.value.context) == ["reason"]
    return str(caught.value.context["reason"])


def test_a_token_of_the_institution_speaks_for_its_person(
    identities: Identities, university: Institution
) -> None:
    claims = identities.of_header(f"Bearer {university.says()}")
    assert claims == Claims(ANN, UNIVERSITY, "t-1")


@pytest.mark.parametrize("organisation", [UNIVERSITY, COLLEGE, "node"])
def test_the_node_may_speak_for_any_organisation(
    identities: Identities, node_key: NodeKey, organisation: str
) -> None:
    claims = identities.verify(node_key.issue(ANN, organisation, HOUR))
    assert (claims.person, claims.organisation) == (ANN, organisation)
    assert claims.token_id


@pytest.mark.parametrize("organisation", [COLLEGE, "node"])
def test_an_institution_speaks_for_itself_alone(
    identities: Identities, university: Institution, organisation: str
) -> None:
    token = university.says(org=organisation)
    assert reason(identities, token) == "issuer of another organisation"


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"aud": "another"}, "wrong audience"),
        ({"aud": ["another", "adisteme-not"]}, "wrong audience"),
        ({"aud": None}, "malformed"),
        ({"iss": "https://nobody.kz"}, "unknown issuer"),
        ({"iss": None}, "malformed"),
        ({"exp": None}, "malformed"),
        ({"exp": (NOON - timedelta(seconds=31)).timestamp()}, "expired"),
        ({"exp": "2099"}, "malformed"),
        ({"exp": True}, "malformed"),
        ({"exp": 10**400}, "malformed"),
        ({"exp": float("inf")}, "malformed"),
        ({"nbf": (NOON + timedelta(seconds=31)).timestamp()}, "not yet valid"),
        ({"iat": (NOON + timedelta(seconds=31)).timestamp()}, "not yet valid"),
        ({"sub": "840512300123"}, "malformed"),
        ({"sub": "6ba7b810-9dad-11d1-80b4-00c04fd430c8"}, "malformed"),
        ({"sub": ANN.upper()}, "malformed"),
        ({"sub": ANN + "\n"}, "malformed"),
        ({"sub": None}, "malformed"),
        ({"org": "240190000124"}, "malformed"),
        ({"org": "840512300123"}, "malformed"),
        ({"org": None}, "malformed"),
        ({"org": [UNIVERSITY]}, "malformed"),
        ({"jti": 7}, "malformed"),
    ],
)
def test_a_claim_that_is_wrong_makes_the_token_worthless(
    identities: Identities,
    university: Institution,
    changed: dict[str, object],
    expected: str,
) -> None:
    assert reason(identities, university.says(**changed)) == expected


def test_clocks_may_be_half_a_minute_apart(
    identities: Identities, university: Institution
) -> None:
    near = timedelta(seconds=29)
    assert identities.verify(university.says(exp=(NOON - near).timestamp()))
    later = (NOON + near).timestamp()
    assert identities.verify(university.says(nbf=later, iat=later))


def test_one_audience_of_several_is_enough(
    identities: Identities, university: Institution
) -> None:
    assert identities.verify(university.says(aud=["journal", "adisteme"]))


def test_another_key_under_the_same_name_signs_nothing(
    identities: Identities,
) -> None:
    assert reason(identities, Institution().says()) == "bad signature"
    assert reason(identities, Institution("k9").says()) == "bad signature"


def test_a_lone_key_needs_no_name() -> None:
    nameless = Institution(key_id=None)
    assert Identities([nameless.issuer], at_noon).verify(nameless.says())


def test_a_changed_payload_no_longer_fits_its_signature(
    identities: Identities, university: Institution
) -> None:
    header, _payload, signature = university.says().split(".")
    other = university.says(sub=str(uuid4())).split(".")[1]
    assert reason(identities, f"{header}.{other}.{signature}") == "bad signature"


def test_an_unsigned_token_says_nothing(identities: Identities) -> None:
    payload = json.dumps(sound()).encode()
    for algorithm in ("none", "None", "NONE", ""):
        token = spelt({"alg": algorithm, "kid": "k1"}, payload)
        assert reason(identities, token) == "bad signature"


def test_the_public_key_is_no_shared_secret(
    identities: Identities, university: Institution
) -> None:
    public = json.dumps(university.jwk)
    for algorithm in ("HS256", "HS384", "HS512"):
        signer = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
        head = {"alg": algorithm, "kid": "k1"}
        unsigned = spelt(head, json.dumps(sound()).encode()).rpartition(".")[0]
        signature = signer.sign(unsigned.encode(), public.encode())
        token = f"{unsigned}.{base64.urlsafe_b64encode(signature).decode()}"
        assert reason(identities, token) == "bad signature"


@pytest.mark.parametrize(
    "token",
    [
        "x",
        "..",
        "a.b.c",
        "\xff.\xff.\xff",
        "ключ.ключ.ключ",
        spelt({"alg": "ES256"}, b"[" * 3000),
        spelt({"alg": "ES256"}, b"\xff\xfe"),
        spelt({"alg": "ES256"}, b"[]"),
        spelt({"alg": 7}, b"{}"),
        spelt({"alg": "ES256", "kid": ["k1"]}, json.dumps(sound()).encode()),
        spelt({"alg": "ES256", "b64": False, "crit": ["b64"]}, b""),
    ],
)
def test_what_is_no_token_is_malformed(identities: Identities, token: str) -> None:
    assert reason(identities, token) == "malformed"


def test_a_token_of_more_than_8_kilobytes_is_not_looked_at(
    identities: Identities,
) -> None:
    assert reason(identities, "x" * (MAX_TOKEN_BYTES + 1)) == "too large"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, "missing"),
        ("", "missing"),
        ("Bearer", "malformed"),
        ("Bearer ", "malformed"),
        ("Basic dXNlcjpwYXNz", "malformed"),
        ("token", "malformed"),
    ],
)
def test_a_header_without_bearer_says_so(
    identities: Identities, header: str | None, expected: str
) -> None:
    with pytest.raises(Refusal) as caught:
        identities.of_header(header)
    assert caught.value.context == {"reason": expected}


def test_issuers_give_public_asymmetric_keys_of_some_strength() -> None:
    shared = {"kty": "oct", "k": "c2VjcmV0", "kid": "k1"}
    private = jwt.algorithms.OKPAlgorithm.to_jwk(
        Ed25519PrivateKey.generate(), as_dict=True
    )
    short = jwt.algorithms.RSAAlgorithm.to_jwk(
        rsa.generate_private_key(65537, 1024).public_key(), as_dict=True
    )
    for jwk in (shared, private, short, {"kty": "XX"}, {}):
        with pytest.raises(UnusableKey):
            Identities([Issuer("somebody", Jwks((jwk,)), UNIVERSITY)])


def test_nobody_can_take_the_name_of_another_issuer(node_key: NodeKey) -> None:
    with pytest.raises(ValueError, match="two issuers"):
        Identities([node_key.as_issuer(), Issuer("local", Jwks(()), UNIVERSITY)])


def test_the_key_is_private_and_stays_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "keys"
    first = NodeKey(folder, "local")
    files = list(folder.iterdir())
    assert [file.stat().st_mode & 0o777 for file in files] == [0o600]
    assert folder.stat().st_mode & 0o777 == 0o700
    assert NodeKey(folder, "local").jwks() == first.jwks()
    [jwk] = first.jwks().keys
    assert "d" not in jwk and jwk["alg"] == "EdDSA"


def test_many_that_start_at_once_make_one_key(tmp_path: Path) -> None:
    keys: list[Jwks] = []
    together = threading.Barrier(8)

    def start() -> None:
        together.wait()
        keys.append(NodeKey(tmp_path, "local").jwks())

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 8 and all(key == keys[0] for key in keys)
    assert len(list(tmp_path.iterdir())) == 1


def test_a_broken_key_file_is_named_not_shown(tmp_path: Path) -> None:
    NodeKey(tmp_path, "local")
    [file] = tmp_path.iterdir()
    file.write_text("MY SECRET")
    with pytest.raises(UnusableKey) as caught:
        NodeKey(tmp_path, "local")
    assert str(file) in str(caught.value) and "SECRET" not in str(caught.value)


def test_a_real_clock_lets_a_fresh_token_through(tmp_path: Path) -> None:
    key = NodeKey(tmp_path, "local")
    identities = Identities([key.as_issuer()])
    token = key.issue(ANN, UNIVERSITY, timedelta(seconds=-31))
    assert identities.verify(key.issue(ANN, UNIVERSITY, HOUR)).person == ANN
    assert reason(identities, token) == "expired"
