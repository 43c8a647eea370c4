"""Addresses of runs (评估网址)."""

from django.urls import path

from mingbai.desk.runs import views

app_name = "runs"
urlpatterns = [
    path("", views.runs, name="runs"),
    path("compare/", views.compare, name="compare"),
    path("<int:earlier>/<int:later>/", views.comparison, name="comparison"),
]
