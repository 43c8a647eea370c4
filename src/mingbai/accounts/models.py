"""Users, their posts and what those let them see (账号、任职与范围)."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


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
    deputy_for = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="deputies"
    )
    granted_by = models.CharField(max_length=64)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(valid_to=None) | models.Q(valid_to__gt=models.F("valid_from")),
                name="post_ends_after_it_starts",
            )
        ]

    def __str__(self) -> str:
        return f"{self.role}@{self.division_code}"


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
    """Leave to read outside one's scope (越权查阅授权): a stated reason, a place, a time limit, every look logged."""

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


class Token(models.Model):
    """A key for programs (接口令牌): the scope of one post, less what `permissions` leaves out, until a day."""

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
