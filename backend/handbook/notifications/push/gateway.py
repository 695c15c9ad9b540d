"""What one process needs to push: the allow-list, the VAPID identity and, where something is sent, the
sender; and the way to those whom no push reaches.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Protocol

from flask import Flask, current_app

from handbook.config import ConfigurationError, Settings
from handbook.kernel.secrets import Secrets
from handbook.notifications.fallback.mail import fallback_of
from handbook.notifications.push.endpoints import EndpointPolicy
from handbook.notifications.push.messages import Ended, PushMessage, PushResult
from handbook.notifications.push.vapid import Vapid

EXTENSION = "handbook.push"


class Sender(Protocol):
    """Hands messages to their push services; one result for each, in order. ``on_ended`` hears of them as they end."""

    def send(
        self, messages: Sequence[PushMessage], on_ended: Callable[[Ended], None] = ...
    ) -> list[PushResult]: ...

    def close(self) -> None: ...


class PushGateway:
    """The pieces, made from the settings.

    The sender is made at its first use, and libcurl is loaded then: web processes send nothing.
    """

    def __init__(self, settings: Settings, secrets: Secrets) -> None:
        try:
            self.policy = EndpointPolicy.from_setting(settings.push_extra_hosts)
        except ValueError as error:
            raise ConfigurationError(f"HANDBOOK_PUSH_EXTRA_HOSTS: {error}") from error
        self.vapid = Vapid(secrets.vapid_private_key.encode(), settings.push_subject)
        former = secrets.former_vapid
        self.former: Vapid | None = None
        if former is not None:
            key = former.private_key.encode()
            self.former = Vapid(key, settings.push_subject, until=former.until)
        self.fallback = fallback_of(settings)
        self._ca_file = settings.push_ca_file
        self._sender: Sender | None = None
        self._lock = threading.Lock()

    @property
    def public_keys(self) -> tuple[str, ...]:
        """The public keys with which a device may be subscribed, the present one first."""
        if self.former is None or self.former.is_over:
            return (self.vapid.public_key,)
        return self.vapid.public_key, self.former.public_key

    @property
    def sender(self) -> Sender:
        with self._lock:
            if self._sender is None:
                from handbook.notifications.push.sender import PushSender

                self._sender = PushSender(self.vapid, self.policy, former=self.former, ca_file=self._ca_file)
            return self._sender

    def close(self) -> None:
        """Close the connections; the next use opens new ones."""
        with self._lock:
            if self._sender is not None:
                self._sender.close()
                self._sender = None


def install(app: Flask) -> None:
    """Make the gateway of this application; refuses settings that cannot work."""
    app.extensions[EXTENSION] = PushGateway(
        app.extensions["handbook.settings"], app.extensions["handbook.secrets"]
    )


def current_push() -> PushGateway:
    """The application's gateway."""
    gateway: PushGateway = current_app.extensions[EXTENSION]
    return gateway
