"""A vote in the room: the secretary puts it to the vote, members answer on their phones, openly and in secret."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request, expect
from tests.browser.conftest import Album
from tests.support.axe import examine_looks
from tests.support.demo_service import DemoService, open_context

# Which fields the phone keeps of the papers that it had.
PAPERS = """async () => {
    const answer = (ask) => new Promise((done) => { ask.onsuccess = () => done(ask.result); });
    const db = await answer(indexedDB.open('handbook'));
    const rows = await answer(db.transaction('views').objectStore('views').getAll());
    return rows.filter((row) => row.key.startsWith('ballot-paper:')).map((row) => Object.keys(row.body).sort());
}"""
SECRET_TITLE = "Kết nạp quần chúng ưu tú vào Đảng"


@dataclass(slots=True)
class Voter:
    """A member in the room, at the page of the meeting."""

    member_id: str
    context: BrowserContext
    page: Page


@pytest.fixture
def voters(browser: Browser, demo: DemoService) -> Iterator[list[Voter]]:
    """Three official members of the open meeting, marked present by the secretary, each with a phone."""
    story = demo.story
    rows = demo.rows(
        "SELECT m.id, m.card_number FROM attendances t JOIN members m ON m.id = t.member_id"
        " JOIN accounts a ON a.member_id = m.id WHERE t.meeting_id = ? AND m.card_number IS NOT NULL"
        " AND t.member_status = 'official' AND m.id <> ? AND a.user_name IS NULL ORDER BY m.id LIMIT 3",
        int(story.open_meeting),
        int(story.guest_id),
    )
    found = []
    with open_context(browser, worker=False) as office:
        demo.sign_in(office, story.host)
        for member_id, card in rows:
            answer = office.request.put(
                f"{demo.url}/api/meetings/{story.open_meeting}/attendance/{member_id}",
                data={"state": "present"},
                headers={"Origin": demo.url},
            )
            assert answer.ok, answer.text()
            context = open_context(browser, worker=False)
            demo.sign_in(context, str(card))
            found.append(
                Voter(str(member_id), context, demo.open(context, f"/meetings/{story.open_meeting}"))
            )
    yield found
    for voter in found:
        voter.context.close()


@pytest.fixture
def office(browser: Browser, demo: DemoService) -> Iterator[Page]:
    with open_context(browser, worker=False) as context:
        demo.sign_in(context, demo.story.host)
        yield demo.open(context, f"/chapter/meetings/{demo.story.open_meeting}/ballots")


def faults(page: Page) -> list[str]:
    """What axe finds on this state of the screen, in every look; the look is as before afterwards."""
    page.evaluate(AXE_SCRIPT)
    found = list(examine_looks(page))
    page.emulate_media(color_scheme="light")
    page.evaluate("document.documentElement.dataset.textSize = '100'")
    return found


def large(page: Page, album: Album, name: str) -> None:
    page.evaluate("document.documentElement.dataset.textSize = '200'")
    album.picture(page, name)
    page.evaluate("document.documentElement.dataset.textSize = '100'")


def card(page: Page, title: str) -> Locator:
    return page.get_by_role("region", name=title)


def propose(office: Page, *, kind: str, method: str, title: str | None = None) -> None:
    office.get_by_role("button", name="Đưa ra biểu quyết").click()
    sheet = office.get_by_role("dialog", name="Biểu quyết việc gì?")
    sheet.get_by_role("radio", name=kind, exact=True).check()
    sheet.get_by_role("radio", name=re.compile(f"^{method}")).check()
    if title:
        sheet.get_by_label("Nội dung biểu quyết").fill(title)
    assert faults(office) == []
    sheet.get_by_role("button", name="Đưa ra biểu quyết").click()
    expect(sheet).to_have_count(0)


def choose(page: Page, choice: str, confirm: str) -> None:
    page.get_by_role("button", name=choice, exact=True).click()
    page.get_by_role("alertdialog").get_by_role("button", name=confirm, exact=True).click()


def close(office: Page) -> None:
    office.get_by_role("button", name="Kết thúc và công bố").click()
    office.get_by_role("alertdialog").get_by_role("button", name="Kết thúc và công bố").click()
    expect(office.get_by_role("heading", name="Kết quả biểu quyết")).to_be_visible()


def test_an_open_vote_by_phone(office: Page, voters: list[Voter], album: Album) -> None:
    title = "Thông qua nghị quyết"
    expect(office.get_by_text("Chưa có biểu quyết nào")).to_be_visible()
    album.picture(office, "secretary-nothing-yet")
    office.get_by_role("button", name="Đưa ra biểu quyết").click()
    expect(office.locator("dialog[open]")).to_be_visible()
    album.picture(office, "secretary-proposes")
    office.keyboard.press("Escape")
    expect(office.locator("dialog[open]")).to_have_count(0)
    propose(office, kind=title, method="Điện thoại")
    first, second, _ = (voter.page for voter in voters)
    expect(first.get_by_role("link", name="Biểu quyết ngay")).to_be_visible()
    album.picture(first, "member-sees-the-meeting")
    first.get_by_role("link", name="Biểu quyết ngay").click()
    expect(first.get_by_role("button", name="Đồng ý", exact=True)).to_be_visible()
    album.picture(first, "member-votes")
    large(first, album, "member-votes-large")
    assert faults(first) == []
    first.get_by_role("button", name="Đồng ý", exact=True).click()
    album.picture(first, "member-is-asked")
    first.get_by_role("alertdialog").get_by_role("button", name="Chọn", exact=True).click()
    expect(first.get_by_text("Đồng chí đã chọn: Đồng ý")).to_be_visible()
    album.picture(first, "member-has-voted")
    second.get_by_role("link", name="Biểu quyết ngay").click()
    choose(second, "Đồng ý", "Chọn")
    expect(second.get_by_text("Đồng chí đã chọn: Đồng ý")).to_be_visible()
    choose(second, "Không đồng ý", "Chọn")
    expect(second.get_by_text("Đồng chí đã chọn: Không đồng ý")).to_be_visible()
    expect(card(office, title).get_by_text(re.compile(r"^2 / \d+$"))).to_be_visible()
    assert faults(office) == []
    album.picture(office, "secretary-sees-how-many")
    close(office)
    result = card(first, title)
    expect(result.get_by_text(re.compile(r"^1 / \d+$"))).to_be_visible()
    expect(result.get_by_text("Không thông qua")).to_be_visible()
    assert faults(first) == []
    album.picture(first, "member-sees-the-result")
    first.get_by_role("link", name="Quay lại").click()
    expect(first.get_by_text(re.compile(f"{title}: Không thông qua"))).to_be_visible()
    album.picture(first, "member-sees-it-at-the-meeting")
    office.get_by_role("link", name="Quay lại").click()
    expect(office).to_have_url(re.compile("/room$"))


def test_a_vote_by_hands_says_what_does_not_add_up(office: Page, album: Album) -> None:
    title = "Nâng mức đóng góp quỹ chi bộ"
    propose(office, kind="Việc khác", method="Giơ tay", title=title)
    sheet = card(office, title)
    sheet.get_by_label("Đồng ý", exact=True).fill("900")
    sheet.get_by_label("Không đồng ý").fill("1")
    sheet.get_by_label("Ý kiến khác").fill("0")
    expect(sheet.get_by_text(re.compile("Tổng số phiếu nhiều hơn"))).to_be_visible()
    album.picture(office, "too-many")
    sheet.get_by_label("Đồng ý", exact=True).fill("2")
    expect(sheet.get_by_text(re.compile("^Tổng cộng 3 trên"))).to_be_visible()
    assert faults(office) == []
    close(office)
    expect(sheet.get_by_text(re.compile(r"^2 / \d+$"))).to_be_visible()
    sheet.get_by_role("button", name="Ghi ý kiến bảo lưu").click()
    dialog = office.get_by_role("dialog", name="Ý kiến bảo lưu")
    dialog.get_by_label("Đảng viên bảo lưu ý kiến").select_option(index=1)
    dialog.get_by_label("Nội dung ý kiến").fill("Đề nghị bàn thêm ở kỳ sau.")
    assert faults(office) == []
    dialog.get_by_role("button", name="Ghi lại").click()
    expect(sheet.get_by_text("Đề nghị bàn thêm ở kỳ sau.")).to_be_visible()
    album.picture(office, "reserved")


def cast_where_the_network_is_lost(voter: Voter, choice: str, album: Album) -> None:
    """The paper was taken and stays on the phone; it is cast as soon as there is a network again."""
    voter.context.set_offline(True)
    choose(voter.page, choice, "Bỏ phiếu")
    question = voter.page.get_by_role("alertdialog")
    expect(question.get_by_role("alert")).to_be_visible()
    album.picture(voter.page, "member-without-network")
    voter.context.set_offline(False)
    question.get_by_role("button", name="Bỏ phiếu", exact=True).click()


def on_another_phone(browser: Browser, demo: DemoService, voter: Voter, album: Album) -> None:
    """Who has taken a paper finds on another phone where it is, and no second one."""
    ((login,),) = demo.rows("SELECT card_number FROM members WHERE id = ?", int(voter.member_id))
    with open_context(browser, worker=False) as context:
        demo.sign_in(context, str(login))
        page = demo.open(context, f"/meetings/{demo.story.open_meeting}/ballots")
        expect(page.get_by_text("Phiếu của đồng chí đã được nhận trên một máy khác.")).to_be_visible()
        album.picture(page, "member-on-another-phone")


def leave_early(demo: DemoService, office: Page, voter: Voter) -> None:
    """Who goes home after voting has voted."""
    answer = office.request.put(
        f"{demo.url}/api/meetings/{demo.story.open_meeting}/attendance/{voter.member_id}",
        data={"state": "present", "left_at": datetime.now(UTC).isoformat()},
        headers={"Origin": demo.url},
    )
    assert answer.ok, answer.text()


def begin_casting(office: Page, album: Album) -> None:
    """Not everybody in the room has a phone: the chair sees who has no paper, is asked, and begins all the same."""
    ballot = card(office, SECRET_TITLE)
    expect(ballot.get_by_text("Bước 1 trên 3: phát phiếu")).to_be_visible()
    # Three members and the chair, who votes like everybody.
    expect(ballot.get_by_text(re.compile(r"^4 / \d+$"))).to_be_visible()
    expect(ballot.get_by_text(re.compile(r"^Chưa có phiếu \(\d+\):"))).to_be_visible()
    assert faults(office) == []
    album.picture(office, "secretary-gives-out-papers")
    ballot.get_by_role("button", name="Bắt đầu bỏ phiếu").click()
    question = office.get_by_role("alertdialog", name="Bắt đầu bỏ phiếu?")
    expect(question.get_by_text(re.compile(r"^Chưa có phiếu \(\d+\):"))).to_be_visible()
    assert faults(office) == []
    album.picture(office, "secretary-is-asked-to-begin")
    question.get_by_role("button", name="Vẫn bắt đầu").click()
    expect(question).to_have_count(0)
    expect(ballot.get_by_text("Bước 2 trên 3: bỏ phiếu")).to_be_visible()


def close_with_one_vote_and_keep_it_open(office: Page, album: Album) -> None:
    """One vote in the box would be known for its voter's: the chair is warned, and waits."""
    card(office, SECRET_TITLE).get_by_role("button", name="Kết thúc và công bố").click()
    warning = office.get_by_role("alertdialog", name="Công bố là lộ phiếu")
    expect(warning.get_by_text("Trong hòm chỉ có 1 phiếu.")).to_be_visible()
    expect(warning.get_by_role("button", name="Chuyển sang phiếu giấy")).to_be_visible()
    assert faults(office) == []
    album.picture(office, "secretary-is-warned")
    warning.get_by_role("button", name="Chưa kết thúc").last.click()
    expect(warning).to_have_count(0)


def come_late(browser: Browser, demo: DemoService, office: Page, voters: list[Voter], album: Album) -> None:
    """A member who is marked present after casting has begun gets no paper and is told what can be done."""
    story = demo.story
    (late, login), *_ = demo.rows(
        "SELECT m.id, m.card_number FROM attendances t JOIN members m ON m.id = t.member_id"
        " JOIN accounts a ON a.member_id = m.id WHERE t.meeting_id = ? AND m.card_number IS NOT NULL"
        " AND t.member_status = 'official' AND m.id <> ? AND a.user_name IS NULL AND m.id > ? ORDER BY m.id LIMIT 1",
        int(story.open_meeting),
        int(story.guest_id),
        max(int(voter.member_id) for voter in voters),
    )
    answer = office.request.put(
        f"{demo.url}/api/meetings/{story.open_meeting}/attendance/{late}",
        data={"state": "late"},
        headers={"Origin": demo.url},
    )
    assert answer.ok, answer.text()
    with open_context(browser, worker=False) as context:
        demo.sign_in(context, str(login))
        page = demo.open(context, f"/meetings/{story.open_meeting}/ballots")
        expect(page.get_by_text("Đã bắt đầu bỏ phiếu, không phát thêm phiếu nữa.")).to_be_visible()
        assert faults(page) == []
        album.picture(page, "member-comes-late")
        large(page, album, "member-comes-late-large")


def test_a_secret_ballot_by_phone(
    browser: Browser, demo: DemoService, office: Page, voters: list[Voter], album: Album
) -> None:
    """Papers first, for everybody at once and by themselves; then votes; then the count."""
    casts: list[Request] = []
    for voter in voters:
        voter.context.on("request", lambda one: casts.append(one) if "/ballot-box/" in one.url else None)
    propose(office, kind="Kết nạp đảng viên", method="Phiếu kín, điện thoại", title=SECRET_TITLE)
    for voter in voters:
        page = voter.page
        page.get_by_role("link", name="Xem biểu quyết").first.click()
        expect(page.get_by_text("Đã nhận phiếu, chờ chủ trì cho bỏ phiếu.")).to_be_visible()
        expect(page.get_by_role("button", name="Đồng ý", exact=True)).to_have_count(0)
    assert faults(voters[0].page) == []
    album.picture(voters[0].page, "member-waits-with-a-paper")
    begin_casting(office, album)
    for voter, choice in zip(voters, ("Đồng ý", "Ý kiến khác", "Không đồng ý"), strict=True):
        page = voter.page
        # The phone goes on by itself.
        expect(page.get_by_text("Phiếu đã ở trên máy này.")).to_be_visible()
        album.picture(page, "member-has-a-paper")
        assert faults(page) == []
        if voter is voters[-1]:
            cast_where_the_network_is_lost(voter, choice, album)
        else:
            choose(page, choice, "Bỏ phiếu")
        expect(page.get_by_text("Phiếu của đồng chí đã ở trong hòm.")).to_be_visible()
        if voter is voters[0]:
            expect(card(office, SECRET_TITLE).get_by_text("1 / 4", exact=True)).to_be_visible()
            close_with_one_vote_and_keep_it_open(office, album)
    album.picture(voters[0].page, "member-has-cast")
    on_another_phone(browser, demo, voters[0], album)
    come_late(browser, demo, office, voters, album)
    leave_early(demo, office, voters[1])
    assert len(casts) == 4
    for request in casts:
        sent = request.all_headers()
        assert "cookie" not in sent
        assert "idempotency-key" not in sent
        # Of the attempt without a network the browser names an empty one.
        assert sent.get("referer", "") == ""
    expect(card(office, SECRET_TITLE).get_by_text("3 / 4", exact=True)).to_be_visible()
    album.picture(office, "secretary-sees-the-box")
    close(office)
    for voter in voters:
        found = card(voter.page, SECRET_TITLE).get_by_text("Phiếu của đồng chí có trong kết quả")
        expect(found).to_be_visible()
    result = card(voters[0].page, SECRET_TITLE)
    result.get_by_role("button", name="Đếm lại trên máy này").click()
    expect(result.get_by_text(re.compile("^Đã kiểm tra từng phiếu: 3 phiếu hợp lệ, 4 người"))).to_be_visible()
    assert faults(voters[0].page) == []
    album.picture(voters[0].page, "member-has-counted-again")
    stored = voters[0].page.evaluate(PAPERS)
    assert stored == [["cast", "serial"]]


def test_a_secret_ballot_goes_on_with_paper_and_says_what_does_not_add_up(
    office: Page, voters: list[Voter], album: Album
) -> None:
    title = "Công nhận đảng viên chính thức đợt hai"
    propose(office, kind="Công nhận đảng viên chính thức", method="Phiếu kín, điện thoại", title=title)
    office.get_by_role("button", name="Chuyển sang phiếu giấy").click()
    office.get_by_role("alertdialog").get_by_role("button", name="Chuyển sang phiếu giấy").click()
    sheet = card(office, title)
    for label, number in (("phát ra", "3"), ("thu về", "3"), ("hợp lệ", "2"), ("không hợp lệ", "0")):
        sheet.get_by_label(f"Phiếu {label}", exact=True).fill(number)
    for label, number in (("Đồng ý", "2"), ("Không đồng ý", "0"), ("Ý kiến khác", "0")):
        sheet.get_by_label(label, exact=True).fill(number)
    said = sheet.get_by_role("alert")
    expect(said).to_contain_text("Phiếu hợp lệ cộng phiếu không hợp lệ phải bằng phiếu thu về.")
    album.picture(office, "papers-do-not-add-up")
    sheet.get_by_label("Phiếu không hợp lệ", exact=True).fill("1")
    expect(said).to_have_count(0)
    first = voters[0].page
    first.get_by_role("link", name=re.compile("^(Biểu quyết ngay|Xem biểu quyết)")).first.click()
    expect(card(first, title).first).to_be_visible()
    album.picture(first, "member-votes-on-paper")
    close(office)
    expect(card(office, title).first.get_by_text("Phát 3, thu 3, hợp lệ 2, không hợp lệ 1")).to_be_visible()
