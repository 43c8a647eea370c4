"""Addresses that belong to the frame (页框网址): how it is shown, its keys, the gallery of its parts."""

from django.urls import path

from mingbai.desk.components import choosing, display, gallery

app_name = "components"
urlpatterns = [
    path("display/", display.switch, name="display"),
    path("columns/", choosing.columns, name="columns"),
    path("keys/", gallery.keys, name="keys"),
    path("gallery/", gallery.gallery, name="gallery"),
]
