"""Addresses of accounts and posts (账号与任职网址)."""

from django.urls import path

from mingbai.desk.users import views

app_name = "users"
urlpatterns = [
    path("", views.users, name="users"),
    path("new/", views.new, name="new"),
    path("<int:user_id>/", views.user, name="user"),
    path("<int:user_id>/posts/new/", views.grant, name="grant"),
    path("<int:user_id>/password/", views.reset, name="reset"),
    path("<int:user_id>/second-factor/", views.unbind, name="unbind"),
    path("<int:user_id>/active/", views.activity, name="activity"),
    path("posts/<int:post_id>/end/", views.end_post, name="end_post"),
]
