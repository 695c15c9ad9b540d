"""The activation sheet on screen and from the command line: who may ask for it, what is on it, and that its codes work."""

import re
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select
from tests.support.clients import ApiClient, code_of
from tests.support.factories import World
from tests.support.pdf import page_texts, qr_contents

from handbook.accounts import sheets
from handbook.accounts.commands import activation_sheet
from handbook.accounts.models import Account, ActivationCode
from handbook.audit.models import AuditEntry
from handbook.config import Settings
from handbook.kernel.db import db
from handbook.kernel.idempotency import IdempotencyRecord
from handbook.kernel.unit_of_work import unit_of_work

SignIn = Callable[[str], ApiClient]
CODE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b")


@pytest.fixture(autouse=True)
def newcomers(world: World) -> None:
    """Two of the cell and one of the other cell have not activated their access yet."""
    with unit_of_work() as uow:
        for role in ("second_member", "probationary", "other_member"):
            account = uow.session.get_one(Account, world.accounts[role].id)
            account.password_hash = None
    db.session.remove()


def ask(client: ApiClient, organization_id: str, expect: int) -> bytes:
    path = f"/api/organizations/{organization_id}/activation-sheets"
    return client.post(path, {}, headers={"Idempotency-Key": "a"}, expect=expect).data


def codes_issued() -> int:
    found = db.session.scalar(select(func.count()).select_from(ActivationCode)) or 0
    db.session.rollback()
    return found


def test_the_secretary_prints_slips_for_who_has_no_password(
    engine_name: str, sign_in: SignIn, client: ApiClient, world: World
) -> None:
    answer = sign_in("secretary").post(
        f"/api/organizations/{world.id_of('cell')}/activation-sheets", {}, expect=201
    )

    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "attachment" in answer.headers["Content-Disposition"]
    (page,) = page_texts(answer.data)
    assert "Chi bộ Văn phòng" in page
    assert "Đảng bộ Sở Mẫu" in page
    assert "Lê Văn Thử" in page
    assert "Vũ Thị Mới" in page
    assert "Đặng Thị Ngẫm" not in page
    codes = CODE.findall(page)
    assert qr_contents(answer.data, 0) == [f"http://localhost:8000/activate#{code}" for code in codes]
    session = client.post("/api/activations", {"code": codes[0], "password": "con đường sáng"}, expect=201)
    assert session.json["member"]["full_name"] in ("Vũ Thị Mới", "Lê Văn Thử")


def test_the_day_printed_is_the_last_that_works(sign_in: SignIn, world: World) -> None:
    (page,) = page_texts(ask(sign_in("secretary"), world.id_of("cell"), 201))

    # Issued on 1 December 2026 at nine in the morning in Hanoi, for 60 days.
    assert "lập ngày 01/12/2026" in " ".join(page.split())
    assert "Hạn: hết ngày 29/01/2027" in " ".join(page.split())


def test_a_later_sheet_ends_the_codes_of_the_earlier(
    sign_in: SignIn, client: ApiClient, world: World
) -> None:
    first, second = (
        CODE.findall(page_texts(ask(sign_in("secretary"), world.id_of("cell"), 201))[0]) for _ in range(2)
    )

    assert not set(first) & set(second)
    refused = client.post("/api/activations", {"code": first[0], "password": "con đường sáng"}, expect=422)
    assert code_of(refused) == "invalid_activation_code"
    client.post("/api/activations", {"code": second[0], "password": "con đường sáng"}, expect=201)


def test_staff_prints_every_cell_below_on_pages_of_their_own(sign_in: SignIn, world: World) -> None:
    pages = page_texts(ask(sign_in("staff"), world.id_of("committee"), 201))

    assert [len(CODE.findall(page)) for page in pages] == [2, 1]
    assert "Chi bộ Kế toán" in pages[1]
    assert "Hoàng Văn Bên" in pages[1]


@pytest.mark.parametrize(
    ("role", "organization", "status"),
    [
        ("member", "cell", 403),
        ("other_secretary", "cell", 404),
        ("far_secretary", "cell", 404),
        ("far_staff", "cell", 404),
        ("secretary", "committee", 403),
        ("deputy", "cell", 201),
        ("administrator", "root", 201),
    ],
)
def test_only_who_runs_the_cell_and_staff_above_print(
    sign_in: SignIn, world: World, role: str, organization: str, status: int
) -> None:
    ask(sign_in(role), world.id_of(organization), status)

    assert (codes_issued() > 0) is (status == 201)


def test_nobody_anonymous_prints(client: ApiClient, world: World) -> None:
    ask(client, world.id_of("cell"), 401)


def test_when_everybody_has_a_password_there_is_nothing_to_print(sign_in: SignIn, world: World) -> None:
    path = f"/api/organizations/{world.id_of('far_cell')}/activation-sheets"

    assert code_of(sign_in("far_secretary").post(path, {}, expect=409)) == "nobody_to_activate"
    assert codes_issued() == 0


def test_too_many_for_the_screen_are_refused(
    sign_in: SignIn, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handbook.accounts.sheet_routes.MAX_ON_SCREEN", 1)
    path = f"/api/organizations/{world.id_of('cell')}/activation-sheets"

    refused = sign_in("secretary").post(path, {}, expect=422).json

    assert refused["errors"] == [{"pointer": "/", "code": "too_many", "params": {"limit": 1, "members": 2}}]
    assert codes_issued() == 0


def test_codes_are_nowhere_but_on_paper(sign_in: SignIn, world: World) -> None:
    (page,) = page_texts(ask(sign_in("secretary"), world.id_of("cell"), 201))

    rows = db.session.scalars(select(ActivationCode)).all()
    held = " ".join(row.code_hash for row in rows)
    assert not any(code in held or code.replace("-", "") in held for code in CODE.findall(page))
    assert db.session.scalar(select(func.count()).select_from(IdempotencyRecord)) == 0
    entries = db.session.scalars(
        select(AuditEntry).where(AuditEntry.tag == "accounts:activation_code:issued")
    ).all()
    assert len(entries) == 2
    assert all(entry.details == {} for entry in entries)


def test_unknown_fields_are_refused(sign_in: SignIn, world: World) -> None:
    path = f"/api/organizations/{world.id_of('cell')}/activation-sheets"

    assert code_of(sign_in("secretary").post(path, {"all": True}, expect=422)) == "unknown_field"


@pytest.fixture
def command(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str]]:
    """Run ``handbook activation-sheet`` against the test's database; its exit status and output."""

    def run(*arguments: str) -> tuple[int, str]:
        monkeypatch.setenv("HANDBOOK_DATA_DIR", str(settings.data_dir))
        result = CliRunner().invoke(activation_sheet, list(arguments))
        return result.exit_code, result.output

    return run


def test_the_command_prints_by_code_or_id(
    command: Callable[..., tuple[int, str]], world: World, tmp_path: Path
) -> None:
    for name in ("committee", world.id_of("committee")):
        file = tmp_path / f"{name}.pdf"
        status, output = command(name, str(file))

        assert status == 0, output
        assert "3 slips of 2 organisations" in output
        assert len(page_texts(file.read_bytes())) == 2
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_command_says_what_is_wrong(
    command: Callable[..., tuple[int, str]], world: World, tmp_path: Path
) -> None:
    assert command("nowhere", str(tmp_path / "a.pdf"))[0] == 2
    assert "no organisation" in command("nowhere", str(tmp_path / "a.pdf"))[1]
    assert "has a password already" in command("far_cell", str(tmp_path / "a.pdf"))[1]
    assert not (tmp_path / "a.pdf").exists()
    status, output = command("cell", str(tmp_path / "missing" / "a.pdf"))
    assert status == 1
    assert "No such file" in output
    assert codes_issued() == 0


@pytest.mark.parametrize(
    ("address", "warned"),
    [("http://localhost:8000", True), ("http://127.0.0.1:8000", True), ("https://sotay.example.vn", False)],
)
def test_the_command_warns_of_slips_that_no_phone_can_open_and_prints_them_all_the_same(
    app: Flask,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    world: World,
    tmp_path: Path,
    address: str,
    warned: bool,
) -> None:
    monkeypatch.setenv("HANDBOOK_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("HANDBOOK_PUBLIC_URL", address)
    result = CliRunner().invoke(activation_sheet, ["cell", str(tmp_path / "sheet.pdf")])
    assert result.exit_code == 0, result.output
    assert ("no phone can open" in result.stderr) is warned
    assert ("set HANDBOOK_PUBLIC_URL" in result.stderr) is warned
    assert "warning" not in result.stdout
    assert page_texts((tmp_path / "sheet.pdf").read_bytes())


def earlier_codes(client: ApiClient, world: World) -> list[str]:
    return CODE.findall(page_texts(ask(client, world.id_of("cell"), 201))[0])


def works(client: ApiClient, code: str) -> bool:
    return client.post("/api/activations", {"code": code, "password": "con đường sáng"}).status_code == 201


@pytest.mark.parametrize("path", ["organizations/{cell}", "members/{second_member}"])
def test_a_sheet_that_cannot_be_set_ends_no_earlier_code(
    sign_in: SignIn, client: ApiClient, world: World, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    staff = sign_in("staff")
    codes = earlier_codes(staff, world)
    monkeypatch.setattr("handbook.accounts.sheets.build_activation_sheet", fail)
    ids = {"cell": world.id_of("cell"), "second_member": world.id_of("second_member")}
    staff.post(f"/api/{path.format(**ids)}/activation-sheets", {}, expect=500)
    assert works(client, codes[0])
    assert works(client, codes[1])


def test_who_sets_a_password_while_the_pages_are_set_gets_no_second_code(
    sign_in: SignIn, client: ApiClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slip that lies about must not open an account that is in use."""
    codes = earlier_codes(sign_in("secretary"), world)
    build = sheets.build_activation_sheet

    def activate_meanwhile(*args: object, **kwargs: object) -> bytes:
        assert works(client, codes[0])
        return build(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr("handbook.accounts.sheets.build_activation_sheet", activate_meanwhile)
    later = earlier_codes(sign_in("secretary"), world)
    assert [works(client, code) for code in later].count(True) == 1


@pytest.mark.parametrize("broken", ["build_activation_sheet", "issue_activation_codes"])
@pytest.mark.parametrize("stop", [RuntimeError("no memory"), KeyboardInterrupt()], ids=["fault", "Ctrl-C"])
def test_a_print_that_is_broken_off_leaves_sheet_and_codes_as_they_were(
    command: Callable[..., tuple[int, str]],
    client: ApiClient,
    world: World,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    broken: str,
    stop: BaseException,
) -> None:
    file = tmp_path / "sheet.pdf"
    assert command("cell", str(file))[0] == 0
    before = file.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(f"handbook.accounts.sheets.{broken}", lambda *_a, **_k: fail(stop))
        assert command("cell", str(file))[0] != 0
    assert file.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir() if "sheet" in path.name] == ["sheet.pdf"]
    assert all(works(client, code) for code in CODE.findall(page_texts(before)[0]))


def test_codes_begin_to_work_when_their_sheet_is_on_the_disk(
    command: Callable[..., tuple[int, str]],
    client: ApiClient,
    world: World,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A sheet that cannot be given its name in the end is there all the same, and the message says where."""
    monkeypatch.setattr("pathlib.Path.replace", lambda *_a: fail(OSError(5, "Input/output error")))
    status, output = command("cell", str(tmp_path / "sheet.pdf"))
    assert status == 1
    named = re.search(r"whose codes work, is (\S+)", output)
    assert named
    sheet = Path(named[1])
    assert stat.S_IMODE(sheet.stat().st_mode) == 0o600
    assert all(works(client, code) for code in CODE.findall(page_texts(sheet.read_bytes())[0]))


def test_a_device_is_no_file_to_be_replaced(command: Callable[..., tuple[int, str]], world: World) -> None:
    status, output = command("cell", "/dev/null")
    assert status == 1
    assert "not a file" in output
    assert codes_issued() == 0


def test_a_long_print_says_how_far_it_has_come(
    command: Callable[..., tuple[int, str]],
    world: World,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("handbook.accounts.commands._STEP", 1)
    _, output = command("committee", str(tmp_path / "sheet.pdf"))
    assert "codes drawn for 1 of 2 organisations" in output
    assert "codes drawn for 2 of 2 organisations" in output
    assert "setting the pages of 3 slips; no code has changed yet" in output


def fail(error: BaseException | None = None, *_args: object, **_kwargs: object) -> bytes:
    raise error if isinstance(error, BaseException) else RuntimeError("planted")
