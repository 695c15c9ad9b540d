"""What a resolution says, as one short word by which two texts are told apart."""

import unicodedata
from hashlib import sha256


def content_hash(title: str, body: str) -> str:
    """The SHA-256 of title and text. Neither the number, which may move up, nor the tasks, which are given out when the text
    has been agreed on, nor spaces at the end of a line change what was decided (ADR 24).
    """
    lines = [line.rstrip() for line in unicodedata.normalize("NFC", f"{title}\n{body}").splitlines()]
    return sha256("\n".join(lines).rstrip().encode()).hexdigest()
