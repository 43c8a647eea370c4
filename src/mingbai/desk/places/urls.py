"""Addresses of places (地方网址)."""

from django.urls import path

from mingbai.desk.places import tree, views

app_name = "places"
urlpatterns = [
    path("", views.places, name="places"),
    path("<str:code>/", views.place, name="place"),
    path("<str:code>/table/", views.table, name="table"),
]
#: The rail shows the tree on every page: reading the addresses hands it in.
TREE = tree.tree_for
