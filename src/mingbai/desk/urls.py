"""Addresses of the desk (工作台网址), flow by flow."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from mingbai.desk.home.views import home

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("", include("mingbai.desk.components.urls")),
    path("", include("mingbai.desk.signin.urls")),
    path("", include("mingbai.desk.start.urls")),
    path("search/", include("mingbai.desk.search.urls")),
    path("profile/", include("mingbai.desk.profile.urls")),
    path("", include("mingbai.desk.register.urls")),
    path("", include("mingbai.desk.events.urls")),
    path("places/", include("mingbai.desk.places.urls")),
    path("wall/", include("mingbai.desk.wall.urls")),
    path("rules/", include("mingbai.desk.rules.urls")),
    path("runs/", include("mingbai.desk.runs.urls")),
    path("batches/", include("mingbai.desk.batches.urls")),
    path("jobs/", include("mingbai.desk.jobs.urls")),
    path("users/", include("mingbai.desk.users.urls")),
    path("tokens/", include("mingbai.desk.tokens.urls")),
    path("imports/", include("mingbai.desk.imports.urls")),
    path("bench/", include("mingbai.desk.bench.urls")),
    path("audit/", include("mingbai.desk.auditing.urls")),
]
