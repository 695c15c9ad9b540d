"""Encryption of a push message to one subscription: RFC 8291 over `aes128gcm` of RFC 8188, one record.

The interface is `SubscriptionKeys.parse` (checks what a phone sent, once, when it subscribes) and `encrypt`.

The `webpush` library stood behind it first. Its encryption is correct, and it remains the reference of the
tests together with `http_ece` and the example of RFC 8291. It was replaced because two goals were missed with
it: it brings 10.8 MiB (pydantic) into a worker that may have 90, and a message takes it a fifth more CPU time
(`tests/bench/bench_push.py`).
"""

import base64
import hmac
import os
import re
from dataclasses import dataclass
from typing import Self

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

#: Longest encrypted body sent, in bytes. Push services must take 4,096 (RFC 8030, section 7.2); some take
#: fewer.
MAX_BODY_LENGTH = 2700
#: What encryption adds, in bytes: salt 16, record size 4, key length 1, key 65, delimiter 1, tag 16.
OVERHEAD = 103
#: Longest payload, in bytes.
MAX_PAYLOAD_LENGTH = MAX_BODY_LENGTH - OVERHEAD

_CURVE = ec.SECP256R1()
_ECDH = ec.ECDH()
_RECORD_SIZE = (4096).to_bytes(4, "big")
_POINT_LENGTH = 65
_AUTH_LENGTH = 16
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+={0,2}")


class InvalidKeysError(ValueError):
    """The keys of a subscription are not what RFC 8291 asks for; `field` is `p256dh` or `auth`."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class PayloadTooLongError(ValueError):
    """The payload would not fit into `MAX_BODY_LENGTH` once encrypted."""


@dataclass(frozen=True, slots=True)
class SubscriptionKeys:
    """The public key (65-byte P-256 point) and the secret (16 bytes) of one subscription.

    Both in base64url without padding, the form and the names the Push API has for them.
    """

    p256dh: str
    auth: str

    @classmethod
    def parse(cls, p256dh: str, auth: str) -> Self:
        """Check both, given in base64url with or without padding. Raises `InvalidKeysError`."""
        point, secret = _decode("p256dh", p256dh), _decode("auth", auth)
        if len(point) != _POINT_LENGTH or point[0] != 0x04:
            raise InvalidKeysError("p256dh", "not an uncompressed point of 65 bytes")
        if len(secret) != _AUTH_LENGTH:
            raise InvalidKeysError("auth", "not 16 bytes")
        try:
            ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, point)
        except ValueError:
            raise InvalidKeysError("p256dh", "not a point of the curve") from None
        return cls(_encode(point), _encode(secret))


def encrypt(payload: bytes, keys: SubscriptionKeys) -> bytes:
    """Encrypt `payload` to the subscription; the result is the body of the push request.

    Every message gets its own key pair and salt (RFC 8291, section 3.1). Raises `PayloadTooLongError`.
    """
    return seal(payload, keys, ec.generate_private_key(_CURVE), os.urandom(16))


def seal(
    payload: bytes, keys: SubscriptionKeys, private_key: ec.EllipticCurvePrivateKey, salt: bytes
) -> bytes:
    """What `encrypt` calculates, with the sender's key pair and the 16-byte salt given: for known answers."""
    if len(payload) > MAX_PAYLOAD_LENGTH:
        raise PayloadTooLongError(f"{len(payload)} bytes, at most {MAX_PAYLOAD_LENGTH}")
    receiver_point, auth_secret = _decode("p256dh", keys.p256dh), _decode("auth", keys.auth)
    receiver = ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, receiver_point)
    sender_point = private_key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = private_key.exchange(_ECDH, receiver)
    # HKDF (RFC 5869) written out: no output is longer than one block, so each step is a single HMAC.
    secret = _hmac(_hmac(auth_secret, shared), b"WebPush: info\x00" + receiver_point + sender_point + b"\x01")
    extracted = _hmac(salt, secret)
    content_key = _hmac(extracted, b"Content-Encoding: aes128gcm\x00\x01")[:16]
    nonce = _hmac(extracted, b"Content-Encoding: nonce\x00\x01")[:12]
    # The delimiter 0x02 marks the last record of the body, which is also the first.
    sealed = AESGCM(content_key).encrypt(nonce, payload + b"\x02", None)
    return b"".join((salt, _RECORD_SIZE, b"\x41", sender_point, sealed))


def _hmac(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, "sha256")


def _decode(field: str, text: str) -> bytes:
    bare = text.rstrip("=")
    if _BASE64URL.fullmatch(text) is None or len(bare) % 4 == 1:
        raise InvalidKeysError(field, "not base64url")
    return base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4))


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
