"""Addresses of acts of recording (登记批次网址)."""

from django.urls import path

from mingbai.desk.batches import views

app_name = "batches"
urlpatterns = [
    path("", views.batches, name="batches"),
    path("<int:batch_id>/", views.batch, name="batch"),
    path("<int:batch_id>/undo/", views.undo, name="undo"),
]
