"""A member's phone at a secret ballot, written anew in Python after RFC 9474: it blinds, finalizes and votes.

Independent of ``pwa/src/features/ballots``: the two must agree through the server and through the published vectors.
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa

from handbook.ballots.papers import decode, encode, load_public, message_of

CHOICES = ("agree", "disagree", "other")
HASH_BYTES = 48


def mgf1(seed: bytes, length: int) -> bytes:
    blocks = (hashlib.sha384(seed + n.to_bytes(4)).digest() for n in range(length // HASH_BYTES + 1))
    return b"".join(blocks)[:length]


def emsa_pss_encode(message: bytes, bits: int, salt: bytes) -> bytes:
    """EMSA-PSS-ENCODE of RFC 8017, 9.1.1, with SHA-384."""
    length = (bits + 7) // 8
    digest = hashlib.sha384(bytes(8) + hashlib.sha384(message).digest() + salt).digest()
    block = bytes(length - len(salt) - HASH_BYTES - 2) + b"\x01" + salt
    mask = mgf1(digest, len(block))
    covered = bytearray(a ^ b for a, b in zip(block, mask, strict=True))
    covered[0] &= 0xFF >> (8 * length - bits)
    return bytes(covered) + digest + b"\xbc"


def blind(key: rsa.RSAPublicKey, prepared: bytes, *, salt: bytes, inverse: int) -> bytes:
    """Blind of RFC 9474, 4.2; ``inverse`` is that of the blinding factor."""
    numbers = key.public_numbers()
    message = int.from_bytes(emsa_pss_encode(prepared, key.key_size - 1, salt))
    factor = pow(inverse, -1, numbers.n)
    return (message * pow(factor, numbers.e, numbers.n) % numbers.n).to_bytes((key.key_size + 7) // 8)


def finalize(key: rsa.RSAPublicKey, blind_signature: bytes, inverse: int) -> bytes:
    """Finalize of RFC 9474, 4.4, without the check that the tests make themselves."""
    modulus = key.public_numbers().n
    return (int.from_bytes(blind_signature) * inverse % modulus).to_bytes((key.key_size + 7) // 8)


@dataclass(slots=True)
class Paper:
    """The paper of one voter: what the phone keeps between taking and casting it."""

    ballot_key: str
    public_key: str
    secrets: tuple[bytes, ...] = field(
        default_factory=lambda: tuple(secrets.token_bytes(32) for _ in CHOICES)
    )
    randomizer: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    salt: bytes = field(default_factory=lambda: secrets.token_bytes(HASH_BYTES))
    inverse: int = 0
    signature: bytes = b""

    def __post_init__(self) -> None:
        self.inverse = secrets.randbelow(self.key.public_numbers().n - 3) + 2

    @property
    def key(self) -> rsa.RSAPublicKey:
        return load_public(self.public_key)

    @property
    def marks(self) -> list[str]:
        return [encode(hashlib.sha256(secret).digest()) for secret in self.secrets]

    @property
    def serial(self) -> str:
        return encode(hashlib.sha256(b"".join(map(decode, self.marks))).digest())

    @property
    def prepared(self) -> bytes:
        return self.randomizer + message_of(self.ballot_key, self.serial)

    @property
    def blinded(self) -> str:
        return encode(blind(self.key, self.prepared, salt=self.salt, inverse=self.inverse))

    def take(self, blind_signature: str) -> None:
        self.signature = finalize(self.key, decode(blind_signature), self.inverse)

    def filled(self, choice: str) -> dict[str, Any]:
        """The body for the ballot box."""
        return {
            "choice": choice,
            "secret": encode(self.secrets[CHOICES.index(choice)]),
            "marks": self.marks,
            "randomizer": encode(self.randomizer),
            "signature": encode(self.signature),
        }
