"""Addresses of imports (导入网址)."""

from django.urls import path

from mingbai.desk.imports import choosing, views

app_name = "imports"
urlpatterns = [
    path("", views.imports, name="imports"),
    path("new/", views.new, name="new"),
    path("<int:order_id>/", views.order, name="order"),
    path("<int:order_id>/progress/", views.progress, name="progress"),
    path("<int:order_id>/returned/<int:number>/", views.returned, name="returned"),
    path("<int:order_id>/apply/", views.apply, name="apply"),
    path("<int:order_id>/columns/", choosing.columns, name="columns"),
    path("<int:order_id>/rows/", choosing.rows, name="rows"),
    path("<int:order_id>/whole/<int:number>/", choosing.whole, name="whole"),
]
