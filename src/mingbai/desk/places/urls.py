"""Addresses of places (地方网址)."""

from django.urls import path

from mingbai.desk.places import figures, pictures, published, tree, views

app_name = "places"
urlpatterns = [
    path("", views.places, name="places"),
    path("published/", published.published, name="published"),
    path("published/compute/", published.compute, name="published_compute"),
    path("published/table/", published.table, name="published_table"),
    path("shapes/", pictures.shapes, name="shapes"),
    path("shapes/remove/", pictures.unshape, name="unshape"),
    path("<str:code>/", views.place, name="place"),
    path("<str:code>/table/", views.table, name="table"),
    path("<str:code>/figures/<str:which>/", figures.figures, name="figures"),
    path("<str:code>/picture/", pictures.picture_of, name="picture"),
]
#: The rail shows the tree on every page: reading the addresses hands it in.
TREE = tree.tree_for
