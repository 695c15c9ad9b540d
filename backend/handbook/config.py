"""Settings: one frozen object, read from the environment, that refuses to exist when it is wrong.

``docs/configuration.md`` documents every variable; a test holds that table against :data:`VARIABLES`.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

LOOPBACK = ("localhost", "127.0.0.1", "::1")

VARIABLES = (
    "HANDBOOK_DATA_DIR",
    "HANDBOOK_DATABASE_URL",
    "HANDBOOK_HOST",
    "HANDBOOK_PORT",
    "HANDBOOK_PUBLIC_URL",
    "HANDBOOK_REDIS_URL",
    "HANDBOOK_PUSH_EXTRA_HOSTS",
    "HANDBOOK_PUSH_CA_FILE",
    "HANDBOOK_PUSH_SUBJECT",
    "HANDBOOK_SMTP_URL",
    "HANDBOOK_MAIL_FROM",
    "HANDBOOK_REMINDER_TICK_SECONDS",
    "HANDBOOK_WEB_WORKERS",
    "HANDBOOK_WEB_THREADS",
    "HANDBOOK_MAX_UPLOAD_MB",
    "HANDBOOK_SESSION_DAYS",
    "HANDBOOK_KEEP_SESSIONS_DAYS",
    "HANDBOOK_KEEP_JOBS_DAYS",
    "HANDBOOK_KEEP_ANSWERS_DAYS",
    "HANDBOOK_LOG_FORMAT",
    "HANDBOOK_TRUSTED_PROXIES",
)


class ConfigurationError(Exception):
    """The environment asks for something that cannot work; the message names the variable and the way to mend it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that differs between deployments. Sizes in bytes, times in seconds unless the name says otherwise."""

    data_dir: Path
    database_url: str
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = "http://localhost:8000"
    redis_url: str | None = None
    push_extra_hosts: frozenset[str] = field(default_factory=frozenset)
    push_ca_file: Path | None = None
    push_subject: str = "mailto:admin@localhost.localdomain"
    smtp_url: str | None = None
    mail_from: str | None = None
    reminder_tick_seconds: float = 30.0
    web_workers: int = 2
    web_threads: int = 4
    max_upload_bytes: int = 20 * 1024 * 1024
    session_days: int = 180
    keep_sessions_days: int = 90
    keep_jobs_days: int = 30
    keep_answers_days: int = 2
    log_format: str = "json"
    trusted_proxies: int = 0

    @property
    def cookie_secure(self) -> bool:
        """Whether the session cookie is marked Secure: always, except on plain http://localhost."""
        return urlsplit(self.public_url).scheme == "https"

    @property
    def is_this_computer_only(self) -> bool:
        """Whether no other device can open the public URL."""
        return urlsplit(self.public_url).hostname in LOOPBACK

    @property
    def public_origin(self) -> str:
        """Scheme, host and port of the public URL, as a browser writes them in ``Origin``."""
        parts = urlsplit(self.public_url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Read and check the variables of :data:`VARIABLES`.

        Raises :class:`ConfigurationError` for an unknown ``HANDBOOK_`` variable or a value that cannot work.
        """
        env = os.environ if environment is None else environment
        _refuse_unknown(env)
        # Set and empty is not set: otherwise a database would lie among the sources.
        data_dir = Path(env.get("HANDBOOK_DATA_DIR") or "./var").resolve()
        port = _integer(env, "HANDBOOK_PORT", 8000, low=1, high=65535)
        extra_hosts = env.get("HANDBOOK_PUSH_EXTRA_HOSTS", "")
        ca_file = env.get("HANDBOOK_PUSH_CA_FILE")
        if ca_file and not Path(ca_file).is_file():
            raise ConfigurationError(f"HANDBOOK_PUSH_CA_FILE: there is no file {ca_file}")
        return cls(
            data_dir=data_dir,
            database_url=_database_url(env, data_dir),
            host=env.get("HANDBOOK_HOST", "127.0.0.1"),
            port=port,
            public_url=_public_url(env, port),
            redis_url=env.get("HANDBOOK_REDIS_URL") or None,
            push_extra_hosts=frozenset(
                host.strip().lower() for host in extra_hosts.split(",") if host.strip()
            ),
            push_ca_file=Path(ca_file) if ca_file else None,
            push_subject=_push_subject(env),
            smtp_url=_smtp_url(env),
            mail_from=_mail_from(env),
            reminder_tick_seconds=_number(env, "HANDBOOK_REMINDER_TICK_SECONDS", 30.0, low=0.05, high=3600),
            web_workers=_integer(env, "HANDBOOK_WEB_WORKERS", 2, low=1, high=64),
            web_threads=_integer(env, "HANDBOOK_WEB_THREADS", 4, low=1, high=64),
            max_upload_bytes=_integer(env, "HANDBOOK_MAX_UPLOAD_MB", 20, low=1, high=200) * 1024 * 1024,
            session_days=_integer(env, "HANDBOOK_SESSION_DAYS", 180, low=1, high=730),
            keep_sessions_days=_integer(env, "HANDBOOK_KEEP_SESSIONS_DAYS", 90, low=1, high=3650),
            keep_jobs_days=_integer(env, "HANDBOOK_KEEP_JOBS_DAYS", 30, low=2, high=3650),
            keep_answers_days=_integer(env, "HANDBOOK_KEEP_ANSWERS_DAYS", 2, low=1, high=90),
            log_format=_one_of(env, "HANDBOOK_LOG_FORMAT", "json", ("json", "console")),
            trusted_proxies=_integer(env, "HANDBOOK_TRUSTED_PROXIES", 0, low=0, high=5),
        )


def _refuse_unknown(env: Mapping[str, str]) -> None:
    unknown = sorted(name for name in env if name.startswith("HANDBOOK_") and name not in VARIABLES)
    if unknown:
        raise ConfigurationError(
            f"unknown setting {', '.join(unknown)}; docs/configuration.md lists the known ones"
        )


def _database_url(env: Mapping[str, str], data_dir: Path) -> str:
    url = env.get("HANDBOOK_DATABASE_URL") or f"sqlite:///{data_dir / 'handbook.sqlite3'}"
    if url.startswith("postgresql://"):
        url = "postgresql+psycopg://" + url.removeprefix("postgresql://")
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ConfigurationError("HANDBOOK_DATABASE_URL: only sqlite:/// and postgresql:// are supported")
    if url in ("sqlite:///", "sqlite:///:memory:"):
        raise ConfigurationError(
            "HANDBOOK_DATABASE_URL: SQLite needs a file, the web and the worker share it"
        )
    return url


def _public_url(env: Mapping[str, str], port: int) -> str:
    url = env.get("HANDBOOK_PUBLIC_URL", f"http://localhost:{port}").rstrip("/")
    parts = urlsplit(url)
    local = parts.hostname in LOOPBACK
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path:
        raise ConfigurationError(
            "HANDBOOK_PUBLIC_URL: give scheme and host only, such as https://sotay.example.vn"
        )
    if parts.scheme == "http" and not local:
        raise ConfigurationError("HANDBOOK_PUBLIC_URL: plain http is only for localhost; phones need https")
    return url


def _push_subject(env: Mapping[str, str]) -> str:
    subject = env.get("HANDBOOK_PUSH_SUBJECT", "mailto:admin@localhost.localdomain")
    if not subject.startswith(("mailto:", "https://")):
        raise ConfigurationError("HANDBOOK_PUSH_SUBJECT: give mailto:ADDRESS or an https:// page (RFC 8292)")
    return subject


def _smtp_url(env: Mapping[str, str]) -> str | None:
    """Where mail is handed in; None: no mail is written."""
    url = env.get("HANDBOOK_SMTP_URL") or None
    if url is None:
        return None
    try:
        parts = urlsplit(url)
        known = parts.scheme in ("smtp", "smtps") and parts.hostname and not parts.path.strip("/")
        _ = parts.port
    except ValueError:
        known = False
    if not known:
        raise ConfigurationError("HANDBOOK_SMTP_URL: give smtp://[USER:PASSWORD@]HOST[:PORT] or smtps://…")
    return url


def _mail_from(env: Mapping[str, str]) -> str | None:
    sender = env.get("HANDBOOK_MAIL_FROM") or None
    if sender is not None and not re.fullmatch(r"[^@\s]+@[^@\s]+", sender):
        raise ConfigurationError("HANDBOOK_MAIL_FROM: give one address, such as sotay@example.vn")
    if env.get("HANDBOOK_SMTP_URL") and sender is None:
        raise ConfigurationError("HANDBOOK_MAIL_FROM: say from which address mail is written")
    return sender


def _number(env: Mapping[str, str], name: str, default: float, *, low: float, high: float) -> float:
    try:
        value = float(env.get(name, default))
    except ValueError:
        raise ConfigurationError(f"{name}: {env[name]!r} is not a number") from None
    if not low <= value <= high:
        raise ConfigurationError(f"{name}: {value} is not between {low} and {high}")
    return value


def _integer(env: Mapping[str, str], name: str, default: int, *, low: int, high: int) -> int:
    value = _number(env, name, default, low=low, high=high)
    if value != int(value):
        raise ConfigurationError(f"{name}: {value} is not a whole number")
    return int(value)


def _one_of(env: Mapping[str, str], name: str, default: str, allowed: tuple[str, ...]) -> str:
    value = env.get(name, default)
    if value not in allowed:
        raise ConfigurationError(f"{name}: {value!r} is not one of {', '.join(allowed)}")
    return value
