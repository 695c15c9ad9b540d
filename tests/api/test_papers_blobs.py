"""The bytes and the rows stay together: under concurrency, and after a process was killed between them."""

import io
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from flask import Flask
from sqlalchemy import select
from tests.api.test_papers_attach import attach, blobs_of
from tests.support.clients import ApiClient
from tests.support.factories import World
from tests.support.files import png
from tests.support.meetings import draft

from handbook.config import Settings
from handbook.documents.jobs import SWEEP, plan_sweep
from handbook.documents.models import Blob, Paper
from handbook.kernel.db import db
from handbook.kernel.jobs import Job, run_due
from handbook.kernel.storage import FolderBlobStore

SignIn = Callable[[str], ApiClient]
PICTURE = png(8, 8)


def test_equal_papers_attached_and_removed_at_once_never_lose_their_bytes(
    engine_name: str, app: Flask, sign_in: SignIn, world: World, settings: Settings
) -> None:
    secretary = sign_in("secretary")
    meetings = [draft(secretary, world.id_of("cell")) for _ in range(4)]

    def come_and_go(number: int) -> None:
        client = ApiClient(app, token=secretary.token)
        for _ in range(6):
            paper = attach(client, meetings[number], PICTURE, "a.png", expect=201).json
            answer = client.get(f"/api/papers/{paper['id']}/content", expect=200)
            assert answer.data == PICTURE
            client.delete(f"/api/papers/{paper['id']}", expect=204)

    with ThreadPoolExecutor(len(meetings)) as pool:
        list(pool.map(come_and_go, range(len(meetings))))

    assert blobs_of(settings) == []
    assert db.session.scalars(select(Blob)).all() == []
    kept = attach(secretary, meetings[0], PICTURE, "a.png", expect=201).json
    assert secretary.get(f"/api/papers/{kept['id']}/content", expect=200).data == PICTURE


def test_the_daily_sweep_deletes_only_what_no_paper_names(
    engine_name: str, app: Flask, sign_in: SignIn, world: World, settings: Settings
) -> None:
    secretary = sign_in("secretary")
    paper = attach(secretary, draft(secretary, world.id_of("cell")), PICTURE, "a.png", expect=201).json
    folder = Path(settings.data_dir) / "blobs"
    store = FolderBlobStore(folder)
    orphan = store.put(io.BytesIO(b"left by a killed process"))
    (folder / "incoming" / "half").write_bytes(b"x")
    os.utime(folder / "incoming" / "half", (1, 1))

    for _ in range(2):
        plan_sweep()
        run_due()

    jobs = db.session.scalars(select(Job).where(Job.name == SWEEP)).all()
    assert [(job.state, job.result) for job in jobs] == [("done", {"deleted": 1})]
    assert not store.exists(orphan.key)
    assert blobs_of(settings) == [paper["sha256"]]
    assert len(db.session.scalars(select(Paper)).all()) == 1
