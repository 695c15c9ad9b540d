"""Encryption of a push message to one subscription: RFC 8291 over `aes128gcm` of RFC 8188, one record.

The interface is `SubscriptionKeys.parse` (checks what a phone sent, once, when it subscribes) and `encrypt`.

Behind it the `webpush` library does the calculation: it is correct (the example of RFC 8291 and `http_ece`
are the references in the tests), and its encryption touches no state that threads would share. What it does
not do is done here: the keys are checked (it takes an empty secret), the length is limited, and no VAPID
token is signed along with every message, which would double the cost (`push.vapid` keeps one per origin).
"""

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Self

from cryptography.hazmat.primitives.asymmetric import ec

#: Longest encrypted body sent, in bytes. Push services must take 4,096 (RFC 8030, section 7.2); some take
#: fewer.
MAX_BODY_LENGTH = 2700
#: What encryption adds, in bytes: salt 16, record size 4, key length 1, key 65, delimiter 1, tag 16.
OVERHEAD = 103
#: Longest payload, in bytes.
MAX_PAYLOAD_LENGTH = MAX_BODY_LENGTH - OVERHEAD

_CURVE = ec.SECP256R1()
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
    if len(payload) > MAX_PAYLOAD_LENGTH:
        raise PayloadTooLongError(f"{len(payload)} bytes, at most {MAX_PAYLOAD_LENGTH}")
    return _library()(payload, _Subscription(keys))


@dataclass(frozen=True, slots=True)
class _Subscription:
    """The part of a subscription that the library's encryption reads, without a second validation."""

    keys: SubscriptionKeys


@cache
def _library() -> Callable[[bytes, _Subscription], bytes]:
    """The library's message encryption by itself, without its VAPID part and its defaults.

    It is loaded at the first message: pydantic comes with it, and web processes send nothing.
    """
    from webpush import WebPush

    class MessageEncryption(WebPush):
        def __init__(self) -> None:
            """Needs none of the library's settings but the record size (spelled so by the library)."""
            self.max_resord_size = 4096

        def body_for(self, payload: bytes, subscription: _Subscription) -> bytes:
            body: bytes = self._encrypt(payload, subscription)
            return body

    return MessageEncryption().body_for


def _decode(field: str, text: str) -> bytes:
    bare = text.rstrip("=")
    if _BASE64URL.fullmatch(text) is None or len(bare) % 4 == 1:
        raise InvalidKeysError(field, "not base64url")
    return base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4))


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
