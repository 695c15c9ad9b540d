"""Encryption of push messages against the example of RFC 8291 and against two independent implementations."""

import base64
import os
from types import SimpleNamespace

import http_ece
import pytest
import webpush
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st
from pywebpush import WebPusher
from tests.support.push_service import base64url, unbase64url

from handbook.notifications.push.encryption import (
    MAX_BODY_LENGTH,
    MAX_PAYLOAD_LENGTH,
    OVERHEAD,
    InvalidKeysError,
    PayloadTooLongError,
    SubscriptionKeys,
    encrypt,
    seal,
)

# The values of RFC 8291, section 5 and appendix A.
RFC_PLAINTEXT = b"When I grow up, I want to be a watermelon"
RFC_SENDER_PRIVATE = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
RFC_SENDER_PUBLIC = "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8"
RFC_RECEIVER_PRIVATE = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
RFC_RECEIVER_PUBLIC = (
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
)
RFC_AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
RFC_SALT = "DGv6ra1nlYgDCS1FRnbzlw"
RFC_BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6P"
    "Bru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def private_key_of(text: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(unbase64url(text), "big"), ec.SECP256R1())


def point_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )


def own_key_pair() -> tuple[bytes, bytes]:
    """A VAPID key pair in the form the library wants, private and public."""
    key = ec.generate_private_key(ec.SECP256R1())
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private, public


def new_receiver() -> tuple[ec.EllipticCurvePrivateKey, bytes, SubscriptionKeys]:
    key, auth = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)
    return key, auth, SubscriptionKeys.parse(base64url(point_of(key)), base64url(auth))


def test_the_example_of_rfc_8291_comes_out_byte_for_byte() -> None:
    sender_key = private_key_of(RFC_SENDER_PRIVATE)
    assert base64url(point_of(sender_key)) == RFC_SENDER_PUBLIC
    keys = SubscriptionKeys.parse(RFC_RECEIVER_PUBLIC, RFC_AUTH)
    assert base64url(seal(RFC_PLAINTEXT, keys, sender_key, unbase64url(RFC_SALT))) == RFC_BODY


@settings(max_examples=30, deadline=None)
@given(st.binary(max_size=MAX_PAYLOAD_LENGTH), st.binary(min_size=16, max_size=16))
def test_the_webpush_library_calculates_the_same_body(payload: bytes, salt: bytes) -> None:
    sender_key = ec.generate_private_key(ec.SECP256R1())
    _, _, keys = new_receiver()
    # The two sources of chance of the library are given our values.
    curve = SimpleNamespace(
        generate_private_key=lambda *_: sender_key,
        SECP256R1=ec.SECP256R1,
        EllipticCurvePublicKey=ec.EllipticCurvePublicKey,
        ECDH=ec.ECDH,
    )
    with pytest.MonkeyPatch.context() as patch:
        library = webpush.WebPush(*own_key_pair(), subscriber="staff@example.org")
        subscription = webpush.WebPushSubscription(
            endpoint="https://push.example.org/x", keys={"p256dh": keys.p256dh, "auth": keys.auth}
        )
        patch.setattr(webpush, "os", SimpleNamespace(urandom=lambda _length: salt))
        patch.setattr(webpush, "ec", curve)
        theirs = library.get(payload, subscription).encrypted
    assert seal(payload, keys, sender_key, salt) == theirs


def test_the_example_of_rfc_8291_is_what_the_oracle_decrypts() -> None:
    plaintext = http_ece.decrypt(
        unbase64url(RFC_BODY),
        private_key=private_key_of(RFC_RECEIVER_PRIVATE),
        auth_secret=unbase64url(RFC_AUTH),
        version="aes128gcm",
    )
    assert plaintext == RFC_PLAINTEXT


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=MAX_PAYLOAD_LENGTH))
def test_any_payload_is_decrypted_by_an_independent_implementation(payload: bytes) -> None:
    key, auth, keys = new_receiver()
    body = encrypt(payload, keys)
    assert http_ece.decrypt(body, private_key=key, auth_secret=auth, version="aes128gcm") == payload
    assert len(body) == len(payload) + OVERHEAD


def test_the_body_has_the_same_form_as_that_of_another_sender() -> None:
    _, _, keys = new_receiver()
    payload = b'{"t":"meeting_convened","m":"17","d":"4"}'
    info = {"endpoint": "https://push.example.org/x", "keys": {"p256dh": keys.p256dh, "auth": keys.auth}}
    other = WebPusher(info).encode(payload, content_encoding="aes128gcm")["body"]
    ours = encrypt(payload, keys)
    assert len(ours) == len(other)
    assert ours[16:21] == other[16:21] == b"\x00\x00\x10\x00\x41"


def test_two_messages_share_neither_salt_nor_key() -> None:
    _, _, keys = new_receiver()
    first, second = encrypt(b"x", keys), encrypt(b"x", keys)
    assert first[:16] != second[:16]
    assert first[21:86] != second[21:86]


def test_the_longest_payload_fills_the_body_and_one_more_byte_is_refused() -> None:
    _, _, keys = new_receiver()
    assert len(encrypt(b"a" * MAX_PAYLOAD_LENGTH, keys)) == MAX_BODY_LENGTH
    with pytest.raises(PayloadTooLongError):
        encrypt(b"a" * (MAX_PAYLOAD_LENGTH + 1), keys)


def test_padding_is_taken_off_so_that_the_same_keys_are_the_same_text() -> None:
    padded = SubscriptionKeys.parse(RFC_RECEIVER_PUBLIC + "=", RFC_AUTH + "==")
    assert padded == SubscriptionKeys.parse(RFC_RECEIVER_PUBLIC, RFC_AUTH)


@pytest.mark.parametrize(
    ("field", "p256dh", "auth"),
    [
        ("auth", RFC_RECEIVER_PUBLIC, ""),
        ("auth", RFC_RECEIVER_PUBLIC, "AAAA"),
        ("auth", RFC_RECEIVER_PUBLIC, base64url(b"a" * 15)),
        ("auth", RFC_RECEIVER_PUBLIC, base64url(b"a" * 17)),
        ("auth", RFC_RECEIVER_PUBLIC, "BTBZMqHH6r4Tts7J/aSIgg"),
        ("auth", RFC_RECEIVER_PUBLIC, RFC_AUTH + "\n"),
        ("p256dh", "", RFC_AUTH),
        ("p256dh", base64url(b"\x04" + b"\x01" * 64), RFC_AUTH),
        ("p256dh", base64url(b"\x04" + b"\x00" * 64), RFC_AUTH),
        ("p256dh", base64url(b"\x00"), RFC_AUTH),
        ("p256dh", base64url(b"\x04" + b"\xff" * 64), RFC_AUTH),
        ("p256dh", base64url(unbase64url(RFC_RECEIVER_PUBLIC)[:33]), RFC_AUTH),
        ("p256dh", base64url(b"\x02" + unbase64url(RFC_RECEIVER_PUBLIC)[1:33]), RFC_AUTH),
        ("p256dh", base64url(b"\x06" + unbase64url(RFC_RECEIVER_PUBLIC)[1:]), RFC_AUTH),
        ("p256dh", base64url(unbase64url(RFC_RECEIVER_PUBLIC) + b"\x00"), RFC_AUTH),
        ("p256dh", RFC_RECEIVER_PUBLIC[:-2], RFC_AUTH),
        ("p256dh", base64.b64encode(unbase64url(RFC_RECEIVER_PUBLIC)).decode() + "é", RFC_AUTH),
        ("p256dh", "A" * 100_000, RFC_AUTH),
    ],
)
def test_keys_that_are_not_of_the_curve_or_of_the_length_are_refused(
    field: str, p256dh: str, auth: str
) -> None:
    with pytest.raises(InvalidKeysError) as raised:
        SubscriptionKeys.parse(p256dh, auth)
    assert raised.value.field == field
