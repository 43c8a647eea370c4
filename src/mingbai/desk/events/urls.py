"""Addresses of household events (家庭变动网址)."""

from django.urls import path

from mingbai.desk.events import views

app_name = "events"
urlpatterns = [
    path("households/<int:household_id>/events/", views.choose, name="choose"),
    path("households/<int:household_id>/events/<slug:event>/", views.fill, name="fill"),
]
