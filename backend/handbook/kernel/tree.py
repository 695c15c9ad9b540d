"""The tree of organisations as a materialised path: "in my subtree" is a prefix range on an index, at any size.

A path is the ids from the root to the organisation itself, each as :data:`SEGMENT` characters of base 32 (digits, then
``a`` to ``v``), zero-padded, without separators: byte order is tree order.
"""

SEGMENT = 7
PATH_END = "~"
_DIGITS = "0123456789abcdefghijklmnopqrstuv"


def path_segment(organization_id: int) -> str:
    """The fixed-width segment of one id; raises ``ValueError`` beyond 32**7."""
    if not 0 < organization_id < 32**SEGMENT:
        raise ValueError("the id does not fit a path segment")
    digits = []
    rest = organization_id
    for _ in range(SEGMENT):
        rest, digit = divmod(rest, 32)
        digits.append(_DIGITS[digit])
    return "".join(reversed(digits))


def path_ids(path: str) -> list[int]:
    """The ids along the path, root first."""
    return [int(path[start : start + SEGMENT], 32) for start in range(0, len(path), SEGMENT)]


def ancestor_paths(path: str) -> list[str]:
    """The paths of every organisation from the root down to this one, itself included."""
    return [path[:end] for end in range(SEGMENT, len(path) + 1, SEGMENT)]
