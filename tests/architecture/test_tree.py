"""The tree is in order, and each check of it can fail."""

import json

import pytest
from scripts import check_tree

HASH = "--hash=sha256:" + "0" * 64


def test_the_tree_is_in_order() -> None:
    assert check_tree.find_problems() == []


def test_the_locks_are_among_the_files_that_are_checked() -> None:
    names = {path.name for path in check_tree.list_tracked(check_tree.PYTHON_LOCKS)}
    assert {"runtime.txt", "test.txt", "dev.txt", "build.txt"} <= names


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://packages.example.org/simple",
        "--extra-index-url http://10.0.0.1/simple",
        "--find-links /opt/wheels",
        "flask @ https://example.org/flask.whl",
        "flask @ git+ssh://example.org/flask",
        "flask @ file:///srv/flask.whl",
    ],
)
def test_an_address_in_a_python_lock_is_found(line: str) -> None:
    assert list(check_tree.find_addresses("requirements/runtime.txt", f"click==8.0 \\\n    {HASH}\n{line}\n"))


@pytest.mark.parametrize(
    "text",
    ["flask>=3\n", "flask==3.1.0\n", f"flask==3.1.0 \\\n    {HASH}\nclick==8.0\n"],
    ids=["a range", "no hash", "no hash on the second"],
)
def test_a_requirement_without_release_and_hash_is_found(text: str) -> None:
    assert list(check_tree.find_missing_hashes("requirements/runtime.txt", text))


def test_a_locked_requirement_passes() -> None:
    text = f"click==8.0 \\\n    {HASH} \\\n    {HASH}\nflask==3.1.0 ; python_version < '4' \\\n    {HASH}\n"
    assert list(check_tree.find_missing_hashes("requirements/runtime.txt", text)) == []
    assert list(check_tree.find_addresses("requirements/runtime.txt", text)) == []


@pytest.mark.parametrize(
    ("package", "complaints"),
    [
        ({"version": "1.0.0", "integrity": "sha512-x", "funding": {"url": "https://example.org"}}, 0),
        ({"version": "1.0.0", "integrity": "sha512-x", "resolved": "https://example.org/a.tgz"}, 1),
        ({"version": "1.0.0"}, 1),
    ],
)
def test_an_address_or_a_missing_hash_in_the_npm_lock_is_found(package: dict, complaints: int) -> None:
    text = json.dumps({"packages": {"": {"name": "handbook-pwa"}, "node_modules/a": package}})
    assert len(list(check_tree.find_npm_addresses("pwa/package-lock.json", text))) == complaints


def test_a_long_file_is_found() -> None:
    text = "x = 1\n" * (check_tree.MAX_LINES + 1)
    assert list(check_tree.find_length("backend/handbook/app.py", text))
    assert list(check_tree.find_length("backend/handbook/app.py", text[:600])) == []


@pytest.mark.parametrize(
    "words",
    [
        ("", "root", "notes"),
        ("", "home", "somebody", "notes"),
        ("see ", "work", "main"),
        ("# TO", "DO later"),
    ],
    ids=["root's folder", "a home", "a work folder", "unfinished work"],
)
def test_a_trace_of_a_machine_or_of_unfinished_work_is_found(words: tuple[str, ...]) -> None:
    # Put together here, so that this file holds no trace itself.
    line = ("" if words[0].startswith("#") else "/").join(words)
    assert list(check_tree.find_traces("README.md", f"fine\n{line}\n"))


def test_ordinary_words_are_no_traces() -> None:
    text = "work/main\nhttps://example.org/work/main\n/homepage/\nthe rework/ of it\n"
    assert list(check_tree.find_traces("README.md", text)) == []
