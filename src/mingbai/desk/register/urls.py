"""Addresses of the register (登记网址)."""

from django.urls import path

from mingbai.desk.register import lists, pages, people, recording, searching

app_name = "register"
urlpatterns = [
    path("search/", searching.find, name="search"),
    path("households/", lists.households, name="households"),
    path("households/<int:household_id>/", pages.household, name="household"),
    path("households/<int:household_id>/history/", pages.history, name="history"),
    path("persons/<int:person_id>/", people.person, name="person"),
    path(
        "<str:subject>/<int:subject_id>/topics/<slug:topic>/",
        recording.record,
        name="record",
    ),
]
