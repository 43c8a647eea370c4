"""Addresses of one's own account (我的账号网址)."""

from django.urls import path

from mingbai.desk.profile import views

app_name = "profile"
urlpatterns = [
    path("", views.profile, name="profile"),
    path("password/", views.password, name="password"),
    path("recovery-codes/", views.recovery_codes, name="recovery_codes"),
    path("phone/", views.phone, name="phone"),
    path("sessions/", views.sessions, name="sessions"),
    path("sessions/others/end/", views.end_others, name="end_others"),
    path("sessions/<int:sign_in_id>/end/", views.end_one, name="end_one"),
    path("outside/", views.outside, name="outside"),
    path("outside/<int:reading_id>/end/", views.end_outside, name="end_outside"),
]
