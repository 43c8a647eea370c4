"""The invented county of the screens' tests, and programs with tokens."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from mingbai.accounts.roles import NOT_FOR_TOKENS, ROLES
from mingbai.accounts.tokens import issue_token
from tests.desk.conftest import county as county  # made once a module


def token_of(county, name, permissions=None, **times):
    """The text of a token for a post of the cast, with everything the role lets a program have."""
    post = county.posts[name]
    now = timezone.now()
    wanted = permissions or ROLES[post.role].permissions - NOT_FOR_TOKENS
    _, text = issue_token(
        actor="command", post=post, name="test", permissions=wanted,
        expires_at=now + times.get("lasting", timedelta(days=1)), now=now,
    )  # fmt: skip
    return text


class Program:
    """A program that calls with a token."""

    def __init__(self, text: str) -> None:
        self.client = Client(headers={"authorization": f"Bearer {text}"})

    def get(self, path, **query):
        return self.client.get(f"/api/v1{path}", query)

    def post(self, path, body):
        return self.client.post(f"/api/v1{path}", body, content_type="application/json")


@pytest.fixture
def program(county):
    """A program of one of the cast."""
    return lambda name, *permissions: Program(token_of(county, name, frozenset(permissions)))
