"""Django's settings (站点设置), from the environment alone: nothing to edit, no secret in the project."""

from __future__ import annotations

from pathlib import Path

import mingbai.desk
from mingbai.common.keys import load_or_make_keys
from mingbai.config.environment import database, read_environment
from mingbai.config.logs import logging_settings

ENVIRONMENT = read_environment()
MINGBAI_DATA = ENVIRONMENT.data
MINGBAI_KEY_FILE = ENVIRONMENT.key_file
MINGBAI_WORKER_NICE = ENVIRONMENT.worker_nice
MINGBAI_DATA.mkdir(parents=True, exist_ok=True, mode=0o700)

# With a database there, a missing key file is a lost key: it has to come back, none is made.
_FILLED = None if ENVIRONMENT.database_url else MINGBAI_DATA / "register.sqlite3"
SECRET_KEY = load_or_make_keys(MINGBAI_KEY_FILE, unless=_FILLED).derived("sessions").hex()
DEBUG = False
ALLOWED_HOSTS = list(ENVIRONMENT.hosts)

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_otp",
    "axes",
    "django_tasks",
    "django_tasks_db",
    "django_htmx",
    "mingbai.jobs",
    "mingbai.audit",
    "mingbai.places",
    "mingbai.accounts",
    "mingbai.households",
    "mingbai.intake",
    "mingbai.decisions",
    "mingbai.desk",
    "mingbai.demo",
]
MIDDLEWARE = [
    "mingbai.desk.components.middleware.Headers",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "mingbai.desk.components.middleware.NumberedRefusals",
]
ROOT_URLCONF = "mingbai.config.urls"
WSGI_APPLICATION = "mingbai.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # A template's name is its path below desk/: it lies beside the views that show it.
        "DIRS": [Path(mingbai.desk.__file__).parent],
        "OPTIONS": {
            "builtins": [
                "django.templatetags.i18n",
                "mingbai.desk.components.tags",
                "mingbai.desk.components.lists",
                "mingbai.desk.components.drawings",
                "mingbai.desk.components.charts",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "mingbai.desk.components.frame.frame",
            ],
        },
    }
]

DATABASES = {"default": database(ENVIRONMENT)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
CSRF_FAILURE_VIEW = "mingbai.desk.components.problems.stale_form"

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_LOCKOUT_CALLABLE = "mingbai.desk.signin.views.locked"

SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENVIRONMENT.https
SECURE_HSTS_SECONDS = 31_536_000 if ENVIRONMENT.https else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

LANGUAGE_CODE = "zh-hans"
# A language stands here when all screens are translated, so that no page mixes two (test_languages).
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English"), ("zh-hant", "繁體中文")]
LOCALE_PATHS = [Path(mingbai.desk.__file__).parents[1] / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = MINGBAI_DATA / "static"
STATIC_ROOT.mkdir(exist_ok=True)  # WhiteNoise warns of a folder that is absent
WHITENOISE_USE_FINDERS = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024  # forms; files are bounded by the handler
FILE_UPLOAD_HANDLERS = ["mingbai.desk.components.uploads.InMemory"]  # no plain copy on a disk

LOGGING = logging_settings(ENVIRONMENT.log_level)
