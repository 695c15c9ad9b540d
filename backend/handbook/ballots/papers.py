"""The papers of a secret ballot: blind RSA signatures after RFC 9474, variant RSABSSA-SHA384-PSS-Randomized (ADR 10).

The phone makes three secrets, one for each choice. A *mark* is the SHA-256 of a secret, the *serial* the SHA-256 of the three
marks. The server signs the blinded serial without seeing it. To vote, the phone shows serial, signature and the secret of one
choice: nobody else can make the same paper say another choice, because nobody else knows the other two secrets.

Verification is the library's; only the signature of a blinded number is made here, because ``cryptography`` gives no access to
the bare private operation and no maintained package for Python has it.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from handbook.ballots.enums import Choice
from handbook.ballots.errors import InvalidPaper

KEY_BITS = 2048
PUBLIC_EXPONENT = 65537
SALT_BYTES = 48
CHOICES = tuple(Choice)
_PADDING = padding.PSS(mgf=padding.MGF1(hashes.SHA384()), salt_length=SALT_BYTES)
_DOMAIN = "handbook-ballot-1"


def encode(data: bytes) -> str:
    """base64url without padding, as everything of a paper is written."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Raises :class:`InvalidPaper` for anything but the one way to write these bytes."""
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise InvalidPaper from None
    if encode(data) != text:
        raise InvalidPaper
    return data


def new_key_pair() -> tuple[str, str]:
    """A key for one ballot: the public part (DER of SubjectPublicKeyInfo) and the private one (DER of PKCS 8), encoded."""
    key = rsa.generate_private_key(PUBLIC_EXPONENT, KEY_BITS)
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    private = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return encode(public), encode(private)


def sign_blinded(private: rsa.RSAPrivateKey, blinded: bytes) -> bytes:
    """BlindSign of RFC 9474, 4.3: the private operation on what the phone has blinded.

    The number is blinded once more by us, so that the time it takes says nothing about the key, and the result is checked,
    so that a fault of the machine cannot give the key away. Raises :class:`InvalidPaper` for a number that is too large.
    """
    numbers = private.private_numbers()
    modulus, exponent = numbers.public_numbers.n, numbers.public_numbers.e
    length = (modulus.bit_length() + 7) // 8
    message = int.from_bytes(blinded)
    if len(blinded) != length or not 1 < message < modulus - 1:
        raise InvalidPaper
    factor = secrets.randbelow(modulus - 2) + 1
    covered = message * pow(factor, exponent, modulus) % modulus
    low, high = pow(covered, numbers.dmp1, numbers.p), pow(covered, numbers.dmq1, numbers.q)
    signed = high + numbers.q * ((low - high) * numbers.iqmp % numbers.p)
    signature = signed * pow(factor, -1, modulus) % modulus
    if pow(signature, exponent, modulus) != message:
        raise ArithmeticError("the signature does not fit what was signed")
    return signature.to_bytes(length)


def load_private(encoded: str) -> rsa.RSAPrivateKey:
    key = serialization.load_der_private_key(decode(encoded), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise InvalidPaper
    return key


@lru_cache(maxsize=64)
def load_public(encoded: str) -> rsa.RSAPublicKey:
    key = serialization.load_der_public_key(decode(encoded))
    if not isinstance(key, rsa.RSAPublicKey):
        raise InvalidPaper
    return key


def message_of(ballot_key: str, serial: str) -> bytes:
    """What is signed, before the random prefix: which ballot, which paper."""
    return f"{_DOMAIN}:{ballot_key}:{serial}".encode()


@dataclass(frozen=True, slots=True)
class FilledPaper:
    """A paper with a choice on it, as it comes into the box. All texts are base64url; ``marks`` in the order of the choices."""

    choice: Choice
    secret: str
    marks: tuple[str, ...]
    randomizer: str
    signature: str

    @property
    def serial(self) -> str:
        return serial_of(self.marks)


def serial_of(marks: Sequence[str]) -> str:
    """The serial of the paper with these three marks."""
    return encode(hashlib.sha256(b"".join(decode(mark) for mark in marks)).digest())


def is_genuine(paper: FilledPaper, *, ballot_key: str, public_key: str) -> bool:
    """Whether the server signed this paper for this ballot, and its owner wrote this choice on it."""
    try:
        mark = encode(hashlib.sha256(decode(paper.secret)).digest())
        if len(paper.marks) != len(CHOICES):
            return False
        if not hmac.compare_digest(mark, paper.marks[CHOICES.index(paper.choice)]):
            return False
        message = decode(paper.randomizer) + message_of(ballot_key, paper.serial)
        load_public(public_key).verify(decode(paper.signature), message, _PADDING, hashes.SHA384())
    except (InvalidSignature, InvalidPaper):
        return False
    return True
