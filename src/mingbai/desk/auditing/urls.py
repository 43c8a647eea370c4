"""Addresses for the auditor (审计网址)."""

from django.urls import path

from mingbai.desk.auditing import views

app_name = "auditing"
urlpatterns = [path("", views.events, name="events")]
