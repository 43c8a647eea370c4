"""Addresses of the bench (一张表网址)."""

from django.urls import path

from mingbai.desk.bench import views

app_name = "bench"
urlpatterns = [
    path("", views.bench, name="bench"),
    path("<slug:ticket>/", views.result, name="result"),
    path("<slug:ticket>/forget/", views.forget, name="forget"),
    path("<slug:ticket>/<int:number>/", views.marked, name="marked"),
]
