"""Every address of the site (网址), one list."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from mingbai.api.site import api
from mingbai.config import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("health/live/", health.live, name="health-live"),
    path("health/ready/", health.ready, name="health-ready"),
    path("api/v1/", api.urls),
    path("", include("mingbai.desk.urls")),
]

handler400 = "mingbai.desk.components.problems.bad_request"
handler403 = "mingbai.desk.components.problems.forbidden"
handler404 = "mingbai.desk.components.problems.not_found"
handler500 = "mingbai.desk.components.problems.server_error"
