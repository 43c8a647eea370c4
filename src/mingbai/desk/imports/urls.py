"""Addresses of imports (导入网址)."""

from django.urls import path

from mingbai.desk.imports import views

app_name = "imports"
urlpatterns = [path("", views.imports, name="imports")]
