"""Checks of the tree itself: no file too long, no download address in a lock, no trace of somebody's machine.

Run by `make check` as `python -m scripts.check_tree`; tests/architecture shows that each check can fail.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

MAX_LINES = 500
# Written by programs, or by a licence's authors.
UNLIMITED = {"pwa/package-lock.json", "openapi.json", "LICENSE", "pwa/src/api/schema.d.ts", "CHANGELOG.md"}
GENERATED_FOLDERS = ("requirements/", "tests/data/")
# A revision is one list of what it does to each table; cutting it in two would only hide the order.
UNLIMITED_FOLDERS = (*GENERATED_FOLDERS, "backend/handbook/migrations/versions/")
PYTHON_LOCKS = "requirements/*.txt"
NPM_LOCK = "pwa/package-lock.json"

ADDRESS = re.compile(r"https?://|\bgit\+|--(?:extra-)?index-url|--find-links|\bfile:", re.IGNORECASE)
UNPINNED = re.compile(r"^[A-Za-z0-9][^=]*$")

# Folders of one person's machine have no business in the repository.
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:root|home/[a-z]\w*|Users/\w+)/|(?<![\w./])/wor[k]/")
UNFINISHED = re.compile(r"\b(?:TO[D]O|FIX[M]E|XX[X])\b")
# Example homes in the deployment guide.
MACHINE_PATH_ALLOWED = {"docs/deploy.md"}


def find_length(path: str, text: str) -> Iterator[str]:
    """Yield a complaint when a hand-written file is longer than MAX_LINES."""
    lines = text.count("\n")
    if path not in UNLIMITED and not path.startswith(UNLIMITED_FOLDERS) and lines > MAX_LINES:
        yield f"{path}: {lines} lines, at most {MAX_LINES} are allowed; split it by what its parts do"


def find_addresses(path: str, text: str) -> Iterator[str]:
    """Yield a complaint for every line of a Python lock that names a place to download from."""
    for number, line in enumerate(text.splitlines(), 1):
        if ADDRESS.search(line):
            yield f"{path}:{number}: a lock file names an address: {line.strip()}"


def find_npm_addresses(path: str, text: str) -> Iterator[str]:
    """Yield a complaint for every package of npm's lock that names a place to download from, or has no hash.

    What packages say of themselves (home page, funding) is no such place and stays.
    """
    for name, package in json.loads(text)["packages"].items():
        if not name:
            continue
        if ADDRESS.search(str(package.get("resolved", ""))):
            yield f"{path}: {name} names an address: {package['resolved']}"
        if not package.get("integrity") and not package.get("inBundle"):
            yield f"{path}: {name} is not pinned with a hash"


def find_missing_hashes(path: str, text: str) -> Iterator[str]:
    """Yield a complaint for every requirement that is not pinned to one release with a hash."""
    requirements = re.split(r"\n(?=\S)", text.strip())
    for requirement in requirements:
        name = requirement.split()[0]
        if name.startswith("#"):
            continue
        if UNPINNED.match(name) or "--hash=sha256:" not in requirement:
            yield f"{path}: {name} is not pinned with hashes"


def find_traces(path: str, text: str) -> Iterator[str]:
    """Yield a complaint for paths of one machine and for notes about unfinished work."""
    for number, line in enumerate(text.splitlines(), 1):
        if path not in MACHINE_PATH_ALLOWED and (found := MACHINE_PATH.search(line)):
            yield f"{path}:{number}: a path of one machine: {found.group()}"
        if found := UNFINISHED.search(line):
            yield f"{path}:{number}: unfinished work: {found.group()}"


def list_tracked(*patterns: str) -> list[Path]:
    """Return the tracked files that exist, all of them or those matching git's patterns, sorted."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return sorted(ROOT / name for name in set(listing.split("\0")) if name and (ROOT / name).is_file())


def read_texts(paths: Iterable[Path]) -> Iterator[tuple[str, str]]:
    """Yield name and content of every file that is text."""
    for path in paths:
        content = path.read_bytes()
        if b"\0" in content:
            continue
        try:
            yield path.relative_to(ROOT).as_posix(), content.decode()
        except UnicodeDecodeError:
            continue


def find_problems() -> list[str]:
    """Return every complaint about the tree, in the order of the files."""
    problems: list[str] = []
    for path, text in read_texts(list_tracked(PYTHON_LOCKS)):
        problems += find_addresses(path, text)
        problems += find_missing_hashes(path, text)
    for path, text in read_texts(list_tracked(NPM_LOCK)):
        problems += find_npm_addresses(path, text)
    for path, text in read_texts(list_tracked()):
        problems += find_length(path, text)
        if path not in UNLIMITED and not path.startswith(GENERATED_FOLDERS):
            problems += find_traces(path, text)
    return problems


def main() -> int:
    """Print the complaints; 0 when there is none, else 1."""
    problems = find_problems()
    for problem in problems:
        print(problem)
    if not problems:
        print("tree: locks, sizes and traces are in order")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
