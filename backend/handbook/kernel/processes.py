"""Processes beside this one, each a fork of it: what is loaded by then is loaded once, and lies in memory once.

Before the last fork there must be no thread and no connection.
"""

import gc
import os
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress

#: How a process is told to stop.
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def fork(run: Callable[[], None]) -> int:
    """Run this in a process and a session of its own, so that Ctrl-C reaches only the one that stops it; answers its id."""
    sys.stdout.flush()
    sys.stderr.flush()
    # What the collector leaves alone stays unwritten, and so in memory once.
    gc.freeze()
    # A stop that comes now waits: the child must not take it for its parent.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    child = os.fork()
    if child:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
        return child
    status = 1
    try:
        os.setsid()
        for number in STOPS:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
        run()
        status = 0
    except SystemExit as ending:
        status = ending.code if isinstance(ending.code, int) else int(ending.code is not None)
    except BaseException:  # noqa: BLE001 - nothing of the parent's may run in the child
        traceback.print_exc()
    finally:
        with suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)
