"""A push service that a real Firefox subscribes with, on loopback: the phone's side is a websocket, the server's HTTP.

It speaks the protocol of Mozilla's service (hello, register, unregister, notification, ack), and on its endpoints it is
as strict as :class:`FakePushService`. What is in a message it cannot read: the keys are Firefox's own.
"""

import asyncio
import json
import os
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.support.push_service import FakePushService, Received, Registration, base64url
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

#: In an `ack`: decrypted and handed to the page's worker.
SHOWN = 100


@dataclass(kw_only=True)
class Channel(Registration):
    """A subscription, and the phone (its `uaid`) that it belongs to."""

    phone: str
    channel: str


class MozillaPushService(FakePushService):
    """The service. `acknowledged` are the codes with which phones answered to messages, by endpoint, oldest first."""

    def __init__(self) -> None:
        super().__init__()
        self.acknowledged: list[tuple[str, int]] = []
        self.socket_port = 0
        self._phones: dict[str, ServerConnection | None] = {}
        self._waiting: dict[str, list[dict[str, Any]]] = {}
        self._sending: set[asyncio.Task[None]] = set()

    @property
    def preferences(self) -> Mapping[str, bool | int | str]:
        """What makes a Firefox use this service, show notifications by itself, and ask nobody whether it may."""
        return {
            "dom.push.serverURL": f"ws://{self.host}:{self.socket_port}/",
            "dom.push.testing.allowInsecureServerURL": True,
            "dom.push.retryBaseInterval": 200,
            "alerts.useSystemBackend": False,
            "permissions.default.desktop-notification": 1,
        }

    def channels(self) -> list[Channel]:
        """The subscriptions that are not over, oldest first."""
        with self._lock:
            return [one for one in self.subscriptions.values() if isinstance(one, Channel) and not one.over]

    def forget_phones(self) -> None:
        """Lose every phone, as the real service does with one that was long away: it has to subscribe anew."""
        assert self._loop is not None
        asyncio.run_coroutine_threadsafe(self._forget_phones(), self._loop).result(10)

    def wait_for_acknowledgements(self, count: int, *, seconds: float = 30.0) -> list[tuple[str, int]]:
        """What phones answered, once there are at least `count` answers. Raises AssertionError."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with self._lock:
                if len(self.acknowledged) >= count:
                    return list(self.acknowledged)
            time.sleep(0.02)
        raise AssertionError(f"{self.acknowledged} of {count}; refused: {self.refused}")

    async def _serve(self) -> None:
        protocol = Subprotocol("push-notification")
        async with serve(self._talk, self.host, 0, subprotocols=[protocol], close_timeout=1) as server:
            self.socket_port = next(iter(server.sockets)).getsockname()[1]
            await super()._serve()

    async def _forget_phones(self) -> None:
        with self._lock:
            for one in self.channels():
                one.over = True
            lines = [line for line in self._phones.values() if line is not None]
            self._phones.clear()
        for line in lines:
            await line.close()

    async def _talk(self, line: ServerConnection) -> None:
        phone = ""
        try:
            async for text in line:
                said = json.loads(text)
                if not said:
                    await line.send("{}")  # It asks whether we are still there.
                    continue
                if said["messageType"] == "hello":
                    phone = await self._hello(line, said)
                else:
                    await self._answer_phone(line, phone, said)
        except ConnectionClosed:
            pass
        finally:
            with self._lock:
                if self._phones.get(phone) is line:
                    self._phones[phone] = None

    async def _hello(self, line: ServerConnection, said: dict[str, Any]) -> str:
        with self._lock:
            known = said.get("uaid") in self._phones
            phone = str(said["uaid"]) if known else uuid.uuid4().hex
            self._phones[phone] = line
            waiting = self._waiting.pop(phone, [])
        await _send(line, messageType="hello", uaid=phone, status=200, use_webpush=True, broadcasts={})
        for message in waiting:
            await _send(line, **message)
        return phone

    async def _answer_phone(self, line: ServerConnection, phone: str, said: dict[str, Any]) -> None:
        match said["messageType"]:
            case "register":
                channel = said["channelID"]
                made = self._register(phone, channel, said.get("key"))
                await _send(
                    line, messageType="register", channelID=channel, status=200, uaid=phone, pushEndpoint=made
                )
            case "unregister":
                with self._lock:
                    for one in self.channels():
                        one.over = one.over or (one.phone, one.channel) == (phone, said["channelID"])
                await _send(line, messageType="unregister", channelID=said["channelID"], status=200)
            case "ack":
                with self._lock:
                    ends = {(one.phone, one.channel): one.endpoint for one in self._all_channels()}
                    self.acknowledged += [
                        (ends[phone, one["channelID"]], one["code"]) for one in said["updates"]
                    ]

    def _register(self, phone: str, channel: str, key: str | None) -> str:
        # Firefox writes it with padding, RFC 8292 without.
        bare = key.rstrip("=") if key else None
        with self._lock:
            # A phone that has lost its line asks again for what it did not hear the answer to, and gets the same.
            for one in self.channels():
                if (one.phone, one.channel, one.application_server_key) == (phone, channel, bare):
                    return one.endpoint
            name = base64url(os.urandom(12))
            made = Channel(
                name=name,
                endpoint=f"{self.origin}/push/{name}",
                application_server_key=bare,
                phone=phone,
                channel=channel,
            )
            self.subscriptions[name] = made
        return made.endpoint

    def _all_channels(self) -> list[Channel]:
        return [one for one in self.subscriptions.values() if isinstance(one, Channel)]

    def _read(self, body: bytes, subscription: Registration) -> bytes:
        return b""  # Only the phone can.

    def _pass_on(self, message: Received, body: bytes, subscription: Registration) -> None:
        assert isinstance(subscription, Channel)
        if message.status >= 300:
            return
        told: dict[str, Any] = {
            "messageType": "notification",
            "channelID": subscription.channel,
            "version": uuid.uuid4().hex,
            "data": base64url(body),
            "headers": {"encoding": "aes128gcm"},
        }
        line = self._phones.get(subscription.phone)
        if line is None:
            self._waiting.setdefault(subscription.phone, []).append(told)
            return
        task = asyncio.get_running_loop().create_task(_send(line, **told))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)


async def _send(line: ServerConnection, **message: Any) -> None:
    await line.send(json.dumps(message))
