"""Addresses of signing in (登录网址)."""

from django.urls import path

from mingbai.desk.signin import views

app_name = "signin"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-in/code/", views.code, name="code"),
    path("sign-in/phone/", views.enrol, name="enrol"),
    path("sign-in/phone/square.svg", views.enrol_code, name="enrol_code"),
    path("sign-in/password/", views.password, name="password"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("language/", views.language, name="language"),
]
