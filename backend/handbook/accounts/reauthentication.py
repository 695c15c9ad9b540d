"""Proving once more who one is, for an act that weighs more than a session: the limits on guessing are those of a login."""

from handbook.access.actor import Actor
from handbook.accounts import queries, service, throttle
from handbook.accounts.errors import InvalidCredentials
from handbook.accounts.models import Account
from handbook.accounts.passwords import verify_password


def reauthenticate(actor: Actor, *, login: str | None, password: str, address: str) -> Account:
    """The account that the password opens: the actor's own or, with ``login``, that of whoever stands at this device now.

    Raises :class:`InvalidCredentials` and, after too many failures, :class:`TooManyRequests`.
    """
    key = throttle.login_key(f"account {actor.account_id}" if login is None else login)
    address_key = throttle.throttle_key("address", address)
    throttle.refuse_when_exhausted(key, address_key)
    try:
        if login is not None:
            account = service.authenticate(login, password)
        else:
            account = queries.get_account(actor)
            if not verify_password(account.password_hash, password):
                raise InvalidCredentials
    except InvalidCredentials:
        throttle.count_failure(key, address_key)
        raise
    throttle.forget_failures(key)
    return account
