"""The courier: a process beside the worker that speaks to the push services, and outlives the worker.

A push service has accepted a message before whoever sent it can know; a process that dies in between leaves the message in
doubt, and every doubt is sent again. So the worker sends nothing. It names a reminder, and its courier claims a batch of it,
sends it and records what became of it. A worker that is killed takes nothing of that with it: the courier ends what it has in
hand, finds that nobody is there to name another reminder, and ends too (ADR 23).
"""

import signal
from collections.abc import Callable
from multiprocessing import Pipe
from multiprocessing.connection import Connection

from flask import Flask, current_app

from handbook.kernel.database_clock import go_by_the_database
from handbook.kernel.logging import get_logger
from handbook.kernel.processes import STOPS, fork
from handbook.notifications.push.gateway import current_push
from handbook.notifications.reminders.delivering import Sent, send_next

EXTENSION = "handbook.courier"


class CourierLostError(Exception):
    """The courier has ended by itself or was ended; what it had in hand is free again after its lease."""


class CourierFailedError(Exception):
    """The courier could not send a batch; its log says why."""


class Courier:
    """The worker's end. ``on_lost`` is called when the other end is gone: a worker without a courier is of no use."""

    def __init__(self, channel: Connection, on_lost: Callable[[], None]) -> None:
        self._channel = channel
        self._on_lost = on_lost
        self.is_lost = False

    def send_next(self, reminder_id: int) -> Sent:
        """Have the next batch of a reminder sent and recorded."""
        try:
            self._channel.send(reminder_id)
            answer: Sent | str = self._channel.recv()
        except (EOFError, OSError):
            self.is_lost = True
            self._on_lost()
            raise CourierLostError from None
        if isinstance(answer, str):
            raise CourierFailedError(answer)
        return answer

    def close(self) -> None:
        """Let the courier end."""
        self._channel.close()


def start_courier(app: Flask) -> tuple[int, Connection]:
    """Fork a courier; its process id, and the end of the channel that its worker is to have, and nobody else."""
    ours, its = Pipe()
    child = fork(lambda: _carry(app, ours, its))
    its.close()
    return child, ours


def send_batch(reminder_id: int) -> Sent:
    """Send the next batch of a reminder: by the courier in a worker, and here where there is none."""
    courier: Courier | None = current_app.extensions.get(EXTENSION)
    if courier is None:
        return send_next(reminder_id, current_push().sender)
    return courier.send_next(reminder_id)


def _carry(app: Flask, workers: Connection, channel: Connection) -> None:
    """Send what is named until nobody is left who could name anything; a stop is the worker's business."""
    for number in STOPS:
        signal.signal(number, signal.SIG_IGN)
    # As long as somebody has it open the channel does not end.
    workers.close()
    go_by_the_database(app)
    while True:
        try:
            reminder_id = channel.recv()
        except EOFError:
            return
        answer = _send(app, reminder_id)
        try:
            channel.send(answer)
        except OSError:
            get_logger().warning(
                "courier.worker_lost", sent=answer if isinstance(answer, str) else answer.messages
            )
            return


def _send(app: Flask, reminder_id: int) -> Sent | str:
    """What was sent, or what hindered it: that must end no courier."""
    with app.app_context():
        try:
            return send_next(reminder_id, current_push().sender)
        except Exception as error:  # noqa: BLE001 - whatever it was, the worker is told
            get_logger().exception("courier.failed", reminder_id=reminder_id)
            return type(error).__name__
