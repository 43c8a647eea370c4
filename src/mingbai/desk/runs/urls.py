"""Addresses of runs (评估网址)."""

from django.urls import path

from mingbai.desk.runs import exporting, views

app_name = "runs"
urlpatterns = [
    path("", views.runs, name="runs"),
    path("figures/", views.figures, name="figures"),
    path("compare/", views.compare, name="compare"),
    path("<int:earlier>/<int:later>/", views.comparison, name="comparison"),
    path("<int:earlier>/<int:later>/table/", exporting.table, name="table"),
    path("<int:earlier>/<int:later>/<int:household_id>/", views.why, name="why"),
]
