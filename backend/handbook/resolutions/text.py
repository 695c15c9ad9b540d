"""What a resolution says, as one short word by which two texts are told apart."""

import re
import unicodedata
from hashlib import sha256


def content_hash(title: str, body: str) -> str:
    """The SHA-256 of title and text. Neither the number, which may move up, nor the tasks, which are given out when the text
    has been agreed on, nor spaces at the end of a line change what was decided (ADR 24).
    """
    lines = [line.rstrip() for line in unicodedata.normalize("NFC", f"{title}\n{body}").splitlines()]
    return sha256("\n".join(lines).rstrip().encode()).hexdigest()


def bare_words(title: str, body: str) -> str:
    """What is left of title and text without blanks and punctuation, in one case and one form of Unicode: two texts with the
    same are one for who reads them aloud. What stands between two digits stays, because 1,5 is not 15.
    """
    text = unicodedata.normalize("NFC", unicodedata.normalize("NFC", f"{title}\n{body}").casefold())
    kept = re.sub(r"(?<=\d)([^\w\s]+)(?=\d)|[\W_]+", lambda found: found[1] or "", text)
    return unicodedata.normalize("NFC", kept)
