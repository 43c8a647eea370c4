"""Addresses of the register (登记网址)."""

from django.urls import path

from mingbai.desk.register import (
    comparing,
    lists,
    looking,
    neighbours,
    own_data,
    pages,
    people,
    persons,
    recording,
    taking_back,
    why,
)

app_name = "register"
urlpatterns = [
    path("households/", lists.households, name="households"),
    path("households/pasted/", lists.paste, name="paste"),
    path("households/list.xlsx", lists.sheet, name="list_sheet"),
    path("households/<int:household_id>/", pages.household, name="household"),
    path("households/<int:household_id>/history/", pages.history, name="history"),
    path("households/<int:household_id>/why/<str:rule>/", why.why, name="why"),
    path("households/<int:household_id>/sheet/", why.sheet, name="sheet"),
    path("households/<int:household_id>/trace/", why.trace, name="trace"),
    path("households/<int:household_id>/compare/", comparing.compare, name="compare"),
    path("households/<int:household_id>/<str:way>/beside/", neighbours.beside, name="beside"),
    path("persons/", persons.persons, name="persons"),
    path("persons/list.xlsx", persons.sheet, name="persons_sheet"),
    path("persons/<int:person_id>/", people.person, name="person"),
    path("persons/<int:person_id>/looks/", looking.person_looks, name="person_looks"),
    path("persons/<int:person_id>/own-data/", own_data.own_data, name="own_data"),
    path("households/<int:household_id>/looks/", looking.household_looks, name="household_looks"),
    path(
        "<str:subject>/<int:subject_id>/topics/<slug:topic>/",
        recording.record,
        name="record",
    ),
    path(
        "<str:subject>/<int:subject_id>/topics/<slug:topic>/take-back/",
        taking_back.take_back,
        name="take_back",
    ),
]
