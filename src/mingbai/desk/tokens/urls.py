"""Addresses of keys for programs (接口令牌网址)."""

from django.urls import path

from mingbai.desk.tokens import views

app_name = "tokens"
urlpatterns = [
    path("", views.tokens, name="tokens"),
    path("<int:token_id>/revoke/", views.revoke, name="revoke"),
]
