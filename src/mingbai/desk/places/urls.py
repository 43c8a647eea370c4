"""Addresses of places (地方网址)."""

from django.urls import path

from mingbai.desk.places import published, tree, views

app_name = "places"
urlpatterns = [
    path("", views.places, name="places"),
    path("published/", published.published, name="published"),
    path("published/compute/", published.compute, name="published_compute"),
    path("published/table/", published.table, name="published_table"),
    path("<str:code>/", views.place, name="place"),
    path("<str:code>/table/", views.table, name="table"),
]
#: The rail shows the tree on every page: reading the addresses hands it in.
TREE = tree.tree_for
