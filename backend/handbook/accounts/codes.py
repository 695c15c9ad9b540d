"""Activation codes: twelve letters that cannot be mistaken for one another, shown as XXXX-XXXX-XXXX."""

import hashlib
import secrets

# No 0/O, 1/I/L, 2/Z, 5/S, 8/B, U/V: 23 signs, 12 of them make 54 bits.
ALPHABET = "34679ACDEFGHJKMNPQRTWXY"
LENGTH = 12
_LOOKALIKES = str.maketrans({"Đ": "D"})


def new_code() -> str:
    """A fresh code, grouped for reading."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return "-".join(letters[start : start + 4] for start in range(0, LENGTH, 4))


def normalize_code(typed: str) -> str:
    """What was meant: upper case, without blanks and dashes."""
    return "".join(char for char in typed.upper().translate(_LOOKALIKES) if char.isalnum())


def hash_code(code: str) -> str:
    """The key under which a code is stored."""
    return hashlib.sha256(normalize_code(code).encode()).hexdigest()
