"""The name of whoever acted, for records kept below the layer that knows accounts: that layer says here how to find it."""

from collections.abc import Callable, Collection

from flask import Flask, current_app

EXTENSION = "handbook.access.names"
NameFinder = Callable[[Collection[int]], dict[int, str]]


def name_accounts_by(app: Flask, find: NameFinder) -> None:
    """Let ``find`` give the names of accounts, by id."""
    app.extensions[EXTENSION] = find


def names_of_accounts(account_ids: Collection[int]) -> dict[int, str]:
    """The names of these accounts; who is no longer known is left out."""
    find: NameFinder = current_app.extensions[EXTENSION]
    return find(account_ids) if account_ids else {}
