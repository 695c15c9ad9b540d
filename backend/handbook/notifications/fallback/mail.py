"""E-mail over SMTP (RFC 5321). One connection for a batch; plain text; nothing in it that a push would not say."""

import smtplib
import ssl
from collections.abc import Iterable, Iterator, Sequence
from email.message import EmailMessage
from email.utils import format_datetime
from itertools import repeat
from urllib.parse import unquote, urlsplit

from handbook.config import LOOPBACK, Settings
from handbook.kernel.clock import SystemClock
from handbook.notifications.enums import NoticeKind
from handbook.notifications.fallback.channel import FallbackChannel, FallbackMessage
from handbook.notifications.push.messages import PushResult, PushState

TIMEOUT_SECONDS = 20
_TITLES = {
    NoticeKind.MEETING_CONVENED: "Lịch họp mới",
    NoticeKind.MEETING_CHANGED: "Lịch họp có thay đổi",
    NoticeKind.MEETING_CANCELLED: "Cuộc họp đã hủy",
    NoticeKind.MEETING_REMINDER: "Nhắc lịch họp",
}
_NEUTRAL = "Sổ tay có nội dung mới"
_BODY = (
    "{title}.\n\n"
    "Đồng chí mở Sổ tay để xem:\n{url}\n\n"
    "Thư này được gửi tự động vì thông báo chưa đến được máy của đồng chí.\n"
)
_CODE = (
    "Mã xác nhận địa chỉ thư của đồng chí: {code}\n\n"
    "Đồng chí nhập mã này trong ứng dụng Sổ tay, mục Tôi, trang “Thông báo trên máy này”.\n"
    "Mã dùng được trong một giờ.\n"
    "Nếu đồng chí không yêu cầu, xin bỏ qua thư này.\n"
)


def fallback_of(settings: Settings) -> FallbackChannel | None:
    """The channel of this installation; None when it has none."""
    if settings.smtp_url is None or settings.mail_from is None:
        return None
    return SmtpMail(settings.smtp_url, settings.mail_from, settings.public_url)


class SmtpMail:
    """Hands mail to one server. Sends in the clear to this machine only: elsewhere by TLS, or not at all."""

    name = "email"

    def __init__(self, url: str, sender: str, public_url: str) -> None:
        self._parts = urlsplit(url)
        self._sender = sender
        self._public_url = public_url

    def send(self, messages: Sequence[FallbackMessage]) -> Iterator[PushResult]:
        """Hand over the messages one after the other; a server that is away leaves all the rest for later."""
        return self._hand_over((self._news(message) for message in messages), len(messages))

    def send_code(self, address: str, code: str) -> PushResult:
        mail = self._mail(address, "Mã xác nhận của Sổ tay", _CODE.format(code=code))
        (result,) = self._hand_over([mail], 1)
        return result

    def _hand_over(self, mails: Iterable[EmailMessage], count: int) -> Iterator[PushResult]:
        done = 0
        try:
            with self._connect() as server:
                for mail in mails:
                    result = _outcome(server, mail)
                    done += 1
                    try:
                        yield result
                    except GeneratorExit:
                        # Nobody waits for the rest, nor for the server's farewell.
                        server.close()
                        raise
        except (OSError, smtplib.SMTPException) as error:
            reason = "mail_login" if isinstance(error, smtplib.SMTPAuthenticationError) else "mail_server"
            yield from repeat(PushResult(PushState.RETRY, reason), count - done)

    def _connect(self) -> smtplib.SMTP:
        host = self._parts.hostname or ""
        context = ssl.create_default_context()
        server: smtplib.SMTP
        if self._parts.scheme == "smtps":
            server = smtplib.SMTP_SSL(host, self._parts.port or 465, timeout=TIMEOUT_SECONDS, context=context)
        else:
            server = smtplib.SMTP(host, self._parts.port or 587, timeout=TIMEOUT_SECONDS)
        try:
            if self._parts.scheme == "smtp" and host not in LOOPBACK:
                server.starttls(context=context)
            if self._parts.username:
                server.login(unquote(self._parts.username), unquote(self._parts.password or ""))
        except BaseException:
            server.close()
            raise
        return server

    def _news(self, message: FallbackMessage) -> EmailMessage:
        title = _TITLES.get(message.kind, _NEUTRAL)
        body = _BODY.format(title=title, url=self._public_url + message.path)
        mail = self._mail(message.address, title, body)
        # The same message handed over twice, after a worker has died, is one to the reader's program.
        mail["Message-ID"] = f"<{message.key}@{self._sender.rpartition('@')[2]}>"
        return mail

    def _mail(self, address: str, title: str, body: str) -> EmailMessage:
        mail = EmailMessage()
        mail["From"] = self._sender
        mail["To"] = address
        mail["Subject"] = title
        mail["Date"] = format_datetime(SystemClock().now())
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(body)
        return mail


def _outcome(server: smtplib.SMTP, mail: EmailMessage) -> PushResult:
    """What became of one mail; a connection that is gone is for the caller."""
    try:
        server.send_message(mail)
    except smtplib.SMTPServerDisconnected:
        raise
    except smtplib.SMTPRecipientsRefused as refused:
        code = max(code for code, _ in refused.recipients.values())
        return _refused(code)
    except smtplib.SMTPResponseException as refused:
        return _refused(refused.smtp_code)
    return PushResult(PushState.ACCEPTED)


def _refused(code: int) -> PushResult:
    return PushResult(PushState.FAILED if code >= 500 else PushState.RETRY, f"mail_{code}", code)
