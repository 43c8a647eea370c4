"""Addresses of the wall (作战图网址)."""

from django.urls import path

from mingbai.desk.wall import views

app_name = "wall"
urlpatterns = [path("", views.wall, name="wall")]
