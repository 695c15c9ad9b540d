"""The VAPID header, checked with PyJWT and nothing of our own."""

import threading
from datetime import UTC, datetime

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tests.support.limits import join
from tests.support.push_service import unbase64url

from handbook.kernel.clock import FixedClock
from handbook.notifications.push.vapid import TOKEN_LIFETIME, Vapid

MOMENT = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


def claims_of(header: str, audience: str) -> dict[str, object]:
    scheme, _, rest = header.partition(" ")
    token, _, key = rest.partition(", ")
    assert scheme == "vapid"
    public_key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unbase64url(key[2:]))
    claims: dict[str, object] = jwt.decode(
        token[2:],
        public_key,
        algorithms=["ES256"],
        audience=audience,
        options={"verify_exp": False, "require": ["aud", "exp", "sub"]},
    )
    return claims


def test_the_token_names_the_origin_with_its_port_and_who_to_write_to(private_key: bytes) -> None:
    vapid = Vapid(private_key, "mailto:staff@example.org", clock=FixedClock(MOMENT))
    claims = claims_of(vapid.authorization("https://127.0.0.1:8443"), "https://127.0.0.1:8443")
    assert claims == {
        "aud": "https://127.0.0.1:8443",
        "exp": int((MOMENT + TOKEN_LIFETIME).timestamp()),
        "sub": "mailto:staff@example.org",
    }


def test_a_token_of_one_origin_is_not_valid_at_another(vapid: Vapid) -> None:
    header = vapid.authorization("https://fcm.googleapis.com")
    assert header != vapid.authorization("https://web.push.apple.com")
    with pytest.raises(jwt.InvalidAudienceError):
        claims_of(header, "https://web.push.apple.com")


def test_a_token_is_used_again_and_renewed_before_it_expires(private_key: bytes) -> None:
    clock = FixedClock(MOMENT)
    vapid = Vapid(private_key, "mailto:staff@example.org", clock=clock)
    first = vapid.authorization("https://fcm.googleapis.com")
    clock.advance(hours=11)
    assert vapid.authorization("https://fcm.googleapis.com") == first
    clock.advance(minutes=31)
    second = vapid.authorization("https://fcm.googleapis.com")
    assert second != first
    expires = claims_of(second, "https://fcm.googleapis.com")["exp"]
    assert expires == int((clock.now() + TOKEN_LIFETIME).timestamp())


def test_many_threads_share_one_signature(private_key: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    signed = []
    sign = jwt.encode

    def counting_sign(*args: object, **named: object) -> str:
        signed.append(1)
        return sign(*args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(jwt, "encode", counting_sign)
    vapid = Vapid(private_key, "mailto:staff@example.org")
    headers: list[str] = []
    threads = [
        threading.Thread(target=lambda: headers.append(vapid.authorization("https://fcm.googleapis.com")))
        for _ in range(16)
    ]
    for thread in threads:
        thread.start()
    join(threads)
    assert len(set(headers)) == 1
    assert len(headers) == 16
    assert len(signed) == 1


def test_the_public_key_is_the_point_that_belongs_to_the_private_key(
    private_key: bytes, vapid: Vapid
) -> None:
    key = serialization.load_pem_private_key(private_key, None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    numbers = key.public_key().public_numbers()
    point = unbase64url(vapid.public_key)
    assert len(point) == 65
    assert point == b"\x04" + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")


@pytest.mark.parametrize("subject", ["", "staff@example.org", "http://example.org", "mailto"])
def test_a_subject_that_push_services_refuse_is_refused_here(private_key: bytes, subject: str) -> None:
    with pytest.raises(ValueError, match="subject"):
        Vapid(private_key, subject)


def test_a_key_of_another_curve_is_refused() -> None:
    other = ec.generate_private_key(ec.SECP384R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with pytest.raises(ValueError, match="P-256"):
        Vapid(other, "mailto:staff@example.org")
