"""Settings: every one comes from a `HUIYIN_*` environment variable listed in docs/settings.md.

Composes the rooms; nobody imports it. Secrets are read from files in the data folder, never from here.
"""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

PACKAGE = Path(__file__).resolve().parent


def env_text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def env_path(name: str, default: Path) -> Path:
    return Path(env_text(name) or default).expanduser().absolute()


def env_list(name: str) -> list[str]:
    return [part.strip() for part in env_text(name).split(",") if part.strip()]


def env_number(name: str, default: int) -> int:
    text = env_text(name, str(default))
    if not text.isdigit():
        raise SystemExit(f"{name} must be a whole number, not {text!r}")
    return int(text)


def env_one_of(name: str, allowed: tuple[str, ...]) -> str:
    """One of the values allowed; the first of them where nothing is set."""
    text = env_text(name, allowed[0])
    if text not in allowed:
        raise SystemExit(f"{name} must be one of {', '.join(allowed)}, not {text!r}")
    return text


def env_flag(name: str, default: bool = False) -> bool:
    text = env_text(name, "1" if default else "0").lower()
    if text not in {"0", "1", "yes", "no", "true", "false"}:
        raise SystemExit(f"{name} must be 0 or 1, not {text!r}")
    return text in {"1", "yes", "true"}


# --- where things are -------------------------------------------------------------------------
HUIYIN_DATA = env_path("HUIYIN_DATA", Path("huiyin-data"))
HUIYIN_LOG_KEY = env_path("HUIYIN_LOG_KEY", HUIYIN_DATA / "keys" / "log.key")
HUIYIN_MASTER_KEY = env_text("HUIYIN_MASTER_KEY")
HUIYIN_MASTER_KEY_FILE = env_path("HUIYIN_MASTER_KEY_FILE", HUIYIN_DATA / "keys" / "master.key")
HUIYIN_CHECKPOINT_COPY = env_path("HUIYIN_CHECKPOINT_COPY", HUIYIN_DATA / "checkpoint-copy")
HUIYIN_LOG_ORIGIN = env_text("HUIYIN_LOG_ORIGIN", "huiyin.example/log")
HUIYIN_HOLIDAYS = env_text("HUIYIN_HOLIDAYS")
HUIYIN_ROUTINE = env_text("HUIYIN_ROUTINE")
HUIYIN_BOOK = env_text("HUIYIN_BOOK", "cn-xinfang-2022")
HUIYIN_BOOKS = env_text("HUIYIN_BOOKS")
HUIYIN_NOTICES = env_text("HUIYIN_NOTICES")
HUIYIN_NOTICES_RED_HEAD = env_flag("HUIYIN_NOTICES_RED_HEAD", True)
HUIYIN_PUBLIC_URL = env_text("HUIYIN_PUBLIC_URL")
HUIYIN_PORT = env_number("HUIYIN_PORT", 8000)
HUIYIN_API_FILINGS = env_number("HUIYIN_API_FILINGS", 2000)  # of one token in an hour; 0: no limit
HUIYIN_OFFICE_NETWORKS = env_list("HUIYIN_OFFICE_NETWORKS")
HUIYIN_TRUSTED_PROXIES = env_list("HUIYIN_TRUSTED_PROXIES")
HUIYIN_POST_SMTP_URL = env_text("HUIYIN_POST_SMTP_URL")
HUIYIN_POST_FROM = env_text("HUIYIN_POST_FROM")
HUIYIN_POST_SMS_URL = env_text("HUIYIN_POST_SMS_URL")
HUIYIN_POST_SMS_METHOD = env_one_of("HUIYIN_POST_SMS_METHOD", ("POST", "GET", "PUT"))
HUIYIN_POST_SMS_HEADERS = env_text("HUIYIN_POST_SMS_HEADERS")
HUIYIN_POST_SMS_BODY = env_text("HUIYIN_POST_SMS_BODY", '{"to": "{to}", "text": "{text}"}')
HUIYIN_POST_SMS_OK = env_text("HUIYIN_POST_SMS_OK")
HUIYIN_POST_RECEIVERS = env_text("HUIYIN_POST_RECEIVERS")
HUIYIN_POST_OFFICES = env_text("HUIYIN_POST_OFFICES")
HUIYIN_POST_PUSH = env_flag("HUIYIN_POST_PUSH")
HUIYIN_POST_PAPER = env_flag("HUIYIN_POST_PAPER")
HUIYIN_POST_QUIET = env_text("HUIYIN_POST_QUIET", "21:00-08:00")
HUIYIN_POST_DIGEST = env_number("HUIYIN_POST_DIGEST", 30)
HUIYIN_POST_TIMEOUT = env_number("HUIYIN_POST_TIMEOUT", 20)
HUIYIN_DEMO = env_flag("HUIYIN_DEMO")


def database(url: str, data: Path) -> dict[str, object]:
    """The Django connection for a `postgresql://` URL, or the embedded SQLite file when empty."""
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": data / "huiyin.sqlite3",
            # Kept open: closing the last connection would flush and remove the write-ahead log each time.
            "CONN_MAX_AGE": None,
            # FULL: a commit that was acknowledged survives a power cut. secure_delete: an erased
            # key leaves no bytes behind on a free page.
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                "PRAGMA secure_delete=ON; PRAGMA foreign_keys=ON;",
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise SystemExit("HUIYIN_DATABASE_URL must begin with postgresql:// (leave it empty for SQLite)")
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "huiyin",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.get("host", "") or parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
        # What else the address says (sslmode, sslrootcert, …) goes to the driver as it stands.
        "OPTIONS": {
            "options": "-c synchronous_commit=on",
            **{key: unquote(value) for key, value in query.items() if key != "host"},
        },
    }


DATABASES = {"default": database(env_text("HUIYIN_DATABASE_URL"), HUIYIN_DATA)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Django -----------------------------------------------------------------------------------
# Replaced at start by a key derived from the master key (casework.secrets.prepare); a process that
# skipped that step must not sign anything guessable.
SECRET_KEY = os.urandom(32).hex()
DEBUG = False
ALLOWED_HOSTS = env_list("HUIYIN_HOSTS") or ["localhost", "127.0.0.1", "[::1]"]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "huiyin.ledger",
    "huiyin.vault",
    "huiyin.offices",
    "huiyin.casework",
    "huiyin.sheets",
    "huiyin.rounds",
    "huiyin.insight",
    "huiyin.postroom.sending",
    "huiyin.desks",
    "huiyin.portal",
    "huiyin.publication",
    "huiyin.api",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "huiyin.portal.speaking.ChosenLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "huiyin.api.door.InTheirTerms",
    "huiyin.desks.gate.Gate",
]
ROOT_URLCONF = "huiyin.urls"
WSGI_APPLICATION = "huiyin.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "look" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "huiyin.portal.page.county",
            ]
        },
    }
]
AUTH_USER_MODEL = "offices.Officer"
LOGIN_URL = "/desk/login/"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}}
]
SESSION_COOKIE_AGE = 10 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
HUIYIN_HTTPS = env_flag("HUIYIN_HTTPS")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HUIYIN_HTTPS
CSRF_TRUSTED_ORIGINS = [HUIYIN_PUBLIC_URL] if HUIYIN_PUBLIC_URL.startswith("https://") else []
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
# Uploads stay in memory: a temporary file would be a copy of someone's papers outside the vault.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LANGUAGE_CODE = env_one_of("HUIYIN_LANGUAGE", tuple(code for code, _ in LANGUAGES))
LANGUAGE_COOKIE_NAME = "huiyin_language"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True
# Pure rooms and the shared pages are no Django apps; their words are translated all the same.
LOCALE_PATHS = sorted(PACKAGE.glob("*/locale"))
STATIC_URL = "/static/"
STATICFILES_DIRS = [PACKAGE / "look" / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line"},
        # A logger without a handler is not silent: Python prints what reaches it as a last resort.
        "nowhere": {"class": "logging.NullHandler"},
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    # Addresses can hold words or a live secret, and a traceback of a web error quotes what a person wrote:
    # desks.gate logs the kind of the error and the pattern of its address only.
    "loggers": {
        "django.request": {"handlers": ["nowhere"], "propagate": False},
        "django.security.csrf": {"handlers": ["nowhere"], "propagate": False},
    },
}
HUIYIN_DEMO_PASSWORD = env_text("HUIYIN_DEMO_PASSWORD")
