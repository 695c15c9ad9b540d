"""Passwords: argon2id with the measured parameters (t=2, 19 MiB, p=1: about 45 ms), one hash at a time per process."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from handbook.accounts.errors import WeakPassword
from handbook.kernel.problems import FieldError, TooManyRequests
from handbook.kernel.text import fold

MIN_LENGTH = 8
MAX_LENGTH = 128
WAIT_SECONDS = 2.0

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_one_at_a_time = threading.Lock()
# Verified against when the login is unknown, so that both answers take the same time: a hash of what nobody knows, with the
# parameters above. Written down because making it would cost every start of a process 45 ms.
_dummy_hash = (
    "$argon2id$v=19$m=19456,t=2,p=1$K+0rh6MNRtOux5vB9/qgAA$Uu9wKis6GL1V2Krf51JQOLEk82FRnid9x2/R0HVLZ8I"
)

COMMON = frozenset(
    [
        "12345678",
        "123456789",
        "1234567890",
        "87654321",
        "11111111",
        "00000000",
        "88888888",
        "66668888",
        "password",
        "password1",
        "matkhau1",
        "matkhau123",
        "abcd1234",
        "abc12345",
        "qwertyui",
        "qwerty123",
        "1q2w3e4r",
        "iloveyou",
        "vietnam1",
        "vietnam123",
        "hanoi123",
        "admin123",
        "administrator",
        "dangvien",
        "chibo123",
        "sotay123",
    ]
)


def hash_password(password: str) -> str:
    """The argon2id hash; raises :class:`TooManyRequests` when too many wait for the one hasher."""
    with _turn():
        return _hasher.hash(password)


def verify_password(stored: str | None, password: str) -> bool:
    """Whether the password is right; takes as long when there is no stored hash."""
    with _turn():
        try:
            _hasher.verify(stored or _dummy_hash, password)
        except (VerifyMismatchError, InvalidHashError):
            return False
        return stored is not None


def refuse_weak(password: str, *, login: str | None = None) -> None:
    """Check length and the commonest passwords (NIST SP 800-63B asks for no more); raises :class:`WeakPassword`."""
    folded = fold(password)
    code = None
    if len(password) < MIN_LENGTH:
        code = "too_short"
    elif len(password) > MAX_LENGTH:
        code = "too_long"
    elif folded in COMMON or len(set(password)) < 3:
        code = "too_common"
    elif login and len(login) > 3 and fold(login) in folded:
        code = "contains_login"
    if code:
        raise WeakPassword(errors=[FieldError("/password", code, {"min": MIN_LENGTH, "max": MAX_LENGTH})])


@contextmanager
def _turn() -> Iterator[None]:
    if not _one_at_a_time.acquire(timeout=WAIT_SECONDS):
        raise TooManyRequests(2, "busy")
    try:
        yield
    finally:
        _one_at_a_time.release()
