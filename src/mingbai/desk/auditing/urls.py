"""Addresses of the audit (审计网址)."""

from django.urls import path

from mingbai.desk.auditing import checks, looks, views

app_name = "auditing"
urlpatterns = [
    path("", views.events, name="events"),
    path("events.xlsx", views.sheet, name="sheet"),
    path("<int:event_id>/", views.event, name="event"),
    path("looks/", looks.looks, name="looks"),
    path("checks/", checks.checks, name="checks"),
    path("checks/<int:job_id>/", checks.check, name="check"),
    path("checks/<int:job_id>/stop/", checks.stop, name="check_stop"),
]
