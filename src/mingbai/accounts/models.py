"""Users, their posts and what those let them see (账号、任职与范围)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django_otp.models import Device, ThrottlingMixin


class UserManager(BaseUserManager["User"]):
    """Makes users with a digested password (账号管理)."""

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """Somebody who signs in (账号). What a user may do stands in posts, not here."""

    username = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=40)
    unit = models.CharField(max_length=120, blank=True)
    is_active = models.BooleanField(default=True)
    demonstration = models.BooleanField(default=False)  # only in a database marked synthetic
    must_change_password = models.BooleanField(default=True)
    language = models.CharField(max_length=8, blank=True)  # none: the site's
    created_at = models.DateTimeField()

    USERNAME_FIELD = "username"
    objects: ClassVar[UserManager] = UserManager()

    def __str__(self) -> str:
        return self.username

    @property
    def actor(self) -> str:
        """How audit and batches name this user."""
        return f"user:{self.pk}"


class Post(models.Model):
    """A role in a place for a time (任职): role × division or household list × period."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="posts")
    role = models.CharField(max_length=32)  # a key of accounts.roles.ROLES
    division_code = models.CharField(max_length=12, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)  # excluded; none: still
    topics = models.JSONField(default=list, blank=True)  # of a line department: what it may see
    deputy_for = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="deputies"
    )
    granted_by = models.CharField(max_length=64)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                # Equal: taken back before it began.
                condition=models.Q(valid_to=None) | models.Q(valid_to__gte=models.F("valid_from")),
                name="post_ends_no_earlier_than_it_starts",
            ),
            models.CheckConstraint(
                condition=models.Q(deputy_for=None) | models.Q(valid_to__isnull=False),
                name="deputy_has_an_end",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role}@{self.division_code}"

    def stands_on(self, day: date) -> bool:
        """Whether it is in force on the day; a deputy's only while the post it stands in for is."""
        if not self.valid_from <= day or (self.valid_to is not None and day >= self.valid_to):
            return False
        return self.deputy_for is None or self.deputy_for.stands_on(day)


class PostHousehold(models.Model):
    """A household on the list of a post (结对户): helpers see these and no others."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="households")
    household_id = models.BigIntegerField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["post", "household_id"], name="post_household"),
            models.Index(fields=["household_id"], name="household_post"),
        ]

    def __str__(self) -> str:
        return f"{self.post_id}:{self.household_id}"


class OutsideReading(models.Model):
    """Leave to read outside one's scope (越权查阅授权): reason, place, time limit; every look is logged."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="outside_readings")
    division_code = models.CharField(max_length=12)
    reason = models.CharField(max_length=200)
    from_at = models.DateTimeField()
    until_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(reason=""), name="outside_reading_has_a_reason"
            ),
            models.CheckConstraint(
                condition=models.Q(until_at__gt=models.F("from_at")),
                name="outside_reading_is_limited",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}@{self.division_code}"

    def runs_at(self, now: datetime) -> bool:
        """Whether it may be used at the instant."""
        return self.ended_at is None and self.from_at <= now < self.until_at


class Token(models.Model):
    """A key for programs (接口令牌): one post's scope, only the `permissions` named, until an instant."""

    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=80)
    digest = models.BinaryField(max_length=32, unique=True)
    permissions = models.JSONField(default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_on = models.DateField(null=True)

    def __str__(self) -> str:
        return self.name


class SignIn(models.Model):
    """A browser that signed in (登录会话): when, from where, last seen; so that one can be ended."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_ins")
    session_key = models.CharField(max_length=40, unique=True)
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    address = models.CharField(max_length=45)
    browser = models.CharField(max_length=200, blank=True)
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.user_id} {self.created_at}"


class Authenticator(ThrottlingMixin, Device):
    """An app that shows six digits (第二因子验证器): its secret is encrypted, and a code counts once."""

    secret = models.BinaryField()  # encrypted, column authenticator.secret
    last_step = models.BigIntegerField(
        default=-1
    )  # of 30 seconds; codes of it and before are used up

    class Meta(Device.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(confirmed=True),
                name="one_confirmed_authenticator",
            )
        ]

    def get_throttle_factor(self) -> int:
        """Seconds after the first failure; doubled by each further one."""
        return 1


class RecoveryCode(models.Model):
    """A code to use once when the phone is lost (恢复码); only its keyed digest is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.BinaryField(max_length=16, unique=True)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.pk}"
