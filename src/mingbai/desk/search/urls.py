"""Addresses of the search (检索网址)."""

from django.urls import path

from mingbai.desk.search import views

app_name = "search"
urlpatterns = [
    path("", views.find, name="find"),
    path("as-you-type/", views.suggest, name="suggest"),
]
