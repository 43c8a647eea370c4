"""Keys for programs (接口令牌页面): what stands, a new one shown once, an end at once."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from mingbai.accounts.models import Post, Token, User
from mingbai.accounts.queries import tokens_of
from mingbai.accounts.roles import ROLES, Permission
from mingbai.accounts.scopes import posts_on
from mingbai.accounts.tokens import issue_token, revoke_token
from mingbai.common.errors import RegisterError
from mingbai.desk.access import screen
from mingbai.desk.components.fields import given
from mingbai.desk.components.problems import words_of
from mingbai.desk.components.words import permission_words, role_words
from mingbai.desk.tokens.forms import TokenForm

TEMPLATES = "tokens/templates/"


@screen(Permission.TOKENS_ISSUE, writes=True)
def tokens(request: HttpRequest) -> HttpResponse:
    """The keys of one's own posts, and a form for another; its text is shown this once."""
    user = User.objects.get(pk=request.user.pk)
    posts = [post for post in posts_on(user, request.day) if _may(post)]
    form = TokenForm(given(request), posts=posts)
    text = ""
    if request.method == "POST" and form.is_valid():
        text = _issue(request, form, posts)
        form = TokenForm(posts=posts) if text else form
    rows = [
        {
            "token": one,
            "role": role_words(one.post.role),
            "may": "、".join(permission_words(Permission(name)) for name in one.permissions),
        }
        for one in tokens_of(user, timezone.now())
    ]
    said = {"rows": rows, "form": form, "text": text}
    return render(request, TEMPLATES + "tokens.html", said, status=422 if form.errors else 200)


def _may(post: Post) -> bool:
    return Permission.TOKENS_ISSUE in ROLES[post.role].permissions


def _issue(request: HttpRequest, form: TokenForm, posts: list[Post]) -> str:
    data, now = form.cleaned_data, timezone.now()
    post = next(post for post in posts if post.pk == data["post"])
    try:
        _token, text = issue_token(
            actor=request.user.actor, post=post, name=data["name"],
            permissions=[Permission(one) for one in data["permissions"]],
            expires_at=now + timedelta(days=data["days"]), now=now,
        )  # fmt: skip
    except RegisterError as refused:
        form.add_error(None, words_of(refused))
        return ""
    return text


@screen(Permission.TOKENS_ISSUE, reads=False, writes=True)
def revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    """End a key of one's own posts at once."""
    found = Token.objects.filter(pk=token_id, post__user_id=request.user.pk).first()
    if found is None:
        raise Http404
    revoke_token(actor=request.user.actor, token=found, now=timezone.now())
    messages.success(request, _("令牌已撤销，用它的程序马上停。"))
    return redirect("tokens:tokens")
