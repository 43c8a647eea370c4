"""The WSGI entry of the server (服务入口)."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mingbai.config.settings")
application = get_wsgi_application()
