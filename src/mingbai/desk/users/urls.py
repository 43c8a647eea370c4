"""Addresses of accounts and posts (账号与任职网址)."""

from django.urls import path

from mingbai.desk.users import posts, sheet, views

app_name = "users"
urlpatterns = [
    path("", views.users, name="users"),
    path("new/", views.new, name="new"),
    path("from-sheet/", sheet.from_sheet, name="from_sheet"),
    path("from-sheet/make/", sheet.make, name="from_sheet_make"),
    path("from-sheet/passwords/", sheet.passwords, name="from_sheet_passwords"),
    path("<int:user_id>/", views.user, name="user"),
    path("<int:user_id>/posts/new/", posts.grant, name="grant"),
    path("<int:user_id>/password/", views.reset, name="reset"),
    path("<int:user_id>/second-factor/", views.unbind, name="unbind"),
    path("<int:user_id>/active/", views.activity, name="activity"),
    path("<int:user_id>/lock/", views.open_lock, name="open_lock"),
    path("<int:user_id>/sign-out/", views.sign_out, name="sign_out"),
    path("posts/<int:post_id>/deputy/", posts.deputise, name="deputise"),
    path("posts/<int:post_id>/end/", posts.end_post, name="end_post"),
]
