"""Addresses of rules and trials (规则与试算网址)."""

from django.urls import path

from mingbai.desk.rules import views

app_name = "rules"
urlpatterns = [
    path("", views.rules, name="rules"),
    path("try/", views.trial, name="trial"),
    path("parameters/<str:name>/", views.parameter, name="parameter"),
    path("<str:name>/", views.rule, name="rule"),
]
