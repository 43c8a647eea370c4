"""Addresses of the first pages (开办网址)."""

from django.urls import path

from mingbai.desk.start import views

app_name = "start"
urlpatterns = [
    path("start/", views.place, name="place"),
    path("start/accounts/", views.accounts, name="accounts"),
    path("first-table/", views.first_table, name="first_table"),
    path("first-table/<slug:layout>.xlsx", views.blank, name="blank"),
]
