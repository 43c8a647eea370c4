"""The form of a key for a program (接口令牌表单)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as lazy

from mingbai.accounts.models import Post
from mingbai.accounts.roles import NOT_FOR_TOKENS, ROLES, Permission
from mingbai.desk.components.words import permission_words, role_words

LONGEST_DAYS = 366


class TokenForm(forms.Form):
    """Under which post, for what, for how long."""

    name = forms.CharField(label=lazy("给哪个程序用"), max_length=80)
    post = forms.TypedChoiceField(label=lazy("用哪个任职的范围"), coerce=int)
    days = forms.IntegerField(
        label=lazy("用几天"), min_value=1, max_value=LONGEST_DAYS, initial=90,
        help_text=lazy("到期自动失效，最长一年"),
    )  # fmt: skip
    permissions = forms.MultipleChoiceField(
        label=lazy("能做什么"), widget=forms.CheckboxSelectMultiple()
    )

    def __init__(self, *args: Any, posts: Sequence[Post], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["post"].choices = [
            (post.pk, f"{role_words(post.role)} {post.division_code}") for post in posts
        ]
        given = frozenset().union(*(ROLES[post.role].permissions for post in posts))
        self.fields["permissions"].choices = [
            (one.value, permission_words(one))
            for one in Permission
            if one in given - NOT_FOR_TOKENS
        ]
