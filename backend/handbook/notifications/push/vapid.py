"""The VAPID identity of this installation (RFC 8292): one P-256 key, and a signed token per push service.

Signing costs more than encrypting a message, so a token is kept per origin and used again until shortly
before it expires. The claims are built anew for every origin; nothing of one origin's token reaches
another.
"""

import base64
import threading
from datetime import datetime, timedelta

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from handbook.kernel.clock import Clock, SystemClock

#: Lifetime of a token. RFC 8292 allows 24 hours; half of that leaves room for a push service whose clock is
#: wrong.
TOKEN_LIFETIME = timedelta(hours=12)
#: A token is not used any more in its last minutes, so that it does not expire on the way.
TOKEN_MARGIN = timedelta(minutes=30)


class Vapid:
    """Makes the `Authorization` header of push messages. May be used from several threads at once.

    `private_key` is PEM; `subject` is the `mailto:` or `https:` address at which a push service reaches
    whoever runs this installation; `clock` is for tests; a former key is used `until` then.
    Raises ValueError when the key is not on P-256 or the subject has another form.
    """

    def __init__(
        self, private_key: bytes, subject: str, *, clock: Clock | None = None, until: datetime | None = None
    ) -> None:
        key = serialization.load_pem_private_key(private_key, password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
            raise ValueError("the VAPID key must be a P-256 key")
        if not subject.startswith(("mailto:", "https://")):
            raise ValueError("the VAPID subject must begin with mailto: or https://")
        self._key = key
        self._subject = subject
        self._until = until
        # Push services judge the token by the real time, so the machine's clock is the default here.
        self._clock = clock or SystemClock()
        point = key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        #: The public key as the browser wants it for `applicationServerKey`: base64url of the 65-byte point.
        self.public_key: str = base64.urlsafe_b64encode(point).rstrip(b"=").decode("ascii")
        self._headers: dict[str, tuple[datetime, str]] = {}
        self._lock = threading.Lock()

    @property
    def is_over(self) -> bool:
        """Whether this is a former key whose time has passed."""
        return self._until is not None and self._clock.now() >= self._until

    def authorization(self, origin: str) -> str:
        """The header value for `origin` (scheme, host and port unless 443): `vapid t=…, k=…`."""
        now = self._clock.now()
        with self._lock:
            known = self._headers.get(origin)
            if known is not None and now < known[0]:
                return known[1]
            # Only who sends needs it, and it is large.
            import jwt

            expires = now + TOKEN_LIFETIME
            token = jwt.encode(
                {"aud": origin, "exp": int(expires.timestamp()), "sub": self._subject},
                self._key,
                algorithm="ES256",
            )
            header = f"vapid t={token}, k={self.public_key}"
            # The push hosts are few; the wildcard ones of Windows and Apple number in the hundreds at most.
            if len(self._headers) >= 1000:
                self._headers.clear()
            self._headers[origin] = (expires - TOKEN_MARGIN, header)
            return header
