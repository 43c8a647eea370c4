"""Addresses of background work (后台任务网址)."""

from django.urls import path

from mingbai.desk.jobs import views

app_name = "jobs"
urlpatterns = [
    path("", views.jobs, name="jobs"),
    path("evaluate/", views.evaluate, name="evaluate"),
    path("<int:job_id>/", views.job, name="job"),
    path("<int:job_id>/stop/", views.stop, name="stop"),
]
