"""Addresses of rules, trials, proposals and versions (规则与试算网址)."""

from django.urls import path

from mingbai.desk.rules import changing, comparing, views

app_name = "rules"
urlpatterns = [
    path("", views.rules, name="rules"),
    path("try/", views.trial, name="trial"),
    path("propose/", changing.propose, name="propose"),
    path("proposals/", changing.proposals, name="proposals"),
    path("proposals/<int:proposal_id>/", changing.proposal, name="proposal"),
    path("proposals/<int:proposal_id>/publish/", changing.publish, name="publish"),
    path("proposals/<int:proposal_id>/refuse/", changing.refuse, name="refuse"),
    path("proposals/<int:proposal_id>/withdraw/", changing.withdraw, name="withdraw"),
    path("versions/", comparing.versions, name="versions"),
    path("versions/compare/", comparing.pick, name="pick"),
    path("versions/<int:old>/<int:new>/", comparing.differences, name="differences"),
    path("parameters/<str:name>/", views.parameter, name="parameter"),
    path("<str:name>/", views.rule, name="rule"),
]
