"""Which accounts somebody may open (账号可见范围)."""

from __future__ import annotations

from django.http import Http404, HttpRequest

from mingbai.accounts.access import may_see_user
from mingbai.accounts.models import User


def find_user(request: HttpRequest, user_id: int) -> User:
    """An account that the one who asks may see; 404 for any other and for none."""
    found = User.objects.prefetch_related("posts").filter(pk=user_id).first()
    if found is None or not may_see_user(request.user, found, request.day):
        raise Http404
    return found
