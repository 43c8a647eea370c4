"""Addresses of places (地方网址)."""

from django.urls import path

from mingbai.desk.places import views

app_name = "places"
urlpatterns = [
    path("", views.places, name="places"),
    path("<str:code>/", views.place, name="place"),
]
