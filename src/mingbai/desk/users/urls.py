"""Addresses of accounts and posts (账号与任职网址)."""

from django.urls import path

from mingbai.desk.users import sheet, views

app_name = "users"
urlpatterns = [
    path("", views.users, name="users"),
    path("new/", views.new, name="new"),
    path("from-sheet/", sheet.from_sheet, name="from_sheet"),
    path("from-sheet/make/", sheet.make, name="from_sheet_make"),
    path("from-sheet/passwords/", sheet.passwords, name="from_sheet_passwords"),
    path("<int:user_id>/", views.user, name="user"),
    path("<int:user_id>/posts/new/", views.grant, name="grant"),
    path("<int:user_id>/password/", views.reset, name="reset"),
    path("<int:user_id>/second-factor/", views.unbind, name="unbind"),
    path("<int:user_id>/active/", views.activity, name="activity"),
    path("posts/<int:post_id>/end/", views.end_post, name="end_post"),
]
