"""Keys for programs: shown once, narrower than their post, and gone with it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mingbai.accounts import actions
from mingbai.accounts.models import Token
from mingbai.accounts.queries import tokens_of
from mingbai.accounts.roles import Permission
from mingbai.accounts.scopes import Scopes, scope_of_token
from mingbai.accounts.tokens import digest_of, issue_token, revoke_token, token_for
from mingbai.audit.models import Event
from mingbai.common.errors import RegisterError
from tests.accounts.people import COUNTY, DAY, EAST, NOW, lay_county, post, user

pytestmark = pytest.mark.database
READ, WRITE = Permission.HOUSEHOLDS_READ, Permission.HOUSEHOLDS_WRITE
MONTH = NOW + timedelta(days=30)


@pytest.fixture(autouse=True)
def _county() -> None:
    lay_county()


def issued(**changes: object) -> tuple[Token, str]:
    given = {"actor": "user:9", "name": "民政接口", "permissions": [READ], "expires_at": MONTH, "now": NOW,
             **changes}  # fmt: skip
    if "post" not in given:
        given["post"] = post(user(), "township_clerk", EAST)
    return issue_token(**given)


def _code(function, **arguments) -> str:
    with pytest.raises(RegisterError) as caught:
        function(**arguments)
    return caught.value.code


def test_key_is_shown_once_and_kept_as_a_digest() -> None:
    token, text = issued()
    assert text.startswith("mingbai_")
    assert bytes(Token.objects.get().digest) == digest_of(text)
    assert text not in Event.objects.latest("id").data
    assert token_for(text, day=DAY, now=NOW) == token
    assert token_for(text + "x", day=DAY, now=NOW) is None


def test_scope_of_a_key_is_that_of_its_post_less_what_it_does_not_carry() -> None:
    token, _ = issued()
    assert scope_of_token(token, READ, DAY).ranges == (("990101100000", "990101100999"),)
    assert scope_of_token(token, WRITE, DAY).empty


def test_key_ends_by_day_revocation_post_or_account() -> None:
    keys = [
        issued(post=post(user(name), "township_clerk", EAST))
        for name in ("anna", "bert", "carl", "dora")
    ]
    tokens, texts = zip(*keys, strict=True)
    revoke_token(actor="user:9", token=tokens[1], now=NOW)
    actions.end_post(actor="user:9", post=tokens[2].post, day=DAY, reason="调离")
    actions.deactivate(actor="user:9", user=tokens[3].post.user, reason="调离")
    assert [token_for(text, day=DAY, now=NOW) for text in texts] == [tokens[0], None, None, None]
    assert token_for(texts[0], day=DAY, now=MONTH) is None
    tokens[2].post.refresh_from_db()
    assert scope_of_token(tokens[2], READ, DAY).empty
    tokens[3].post.user.refresh_from_db()
    assert scope_of_token(tokens[3], READ, DAY).empty


def test_revocation_happens_once() -> None:
    token, _ = issued()
    revoke_token(actor="user:9", token=token, now=NOW)
    events = Event.objects.count()
    revoke_token(actor="user:9", token=token, now=MONTH)
    assert (Event.objects.count(), token.revoked_at) == (events, NOW)
    assert tokens_of(token.post.user, NOW) == []


def test_last_use_is_written_once_a_day(django_assert_num_queries) -> None:
    _, text = issued()
    token_for(text, day=DAY, now=NOW)
    assert Token.objects.get().last_used_on == DAY
    with django_assert_num_queries(1):
        token_for(text, day=DAY, now=NOW)


def test_key_that_is_not_issued() -> None:
    officer = post(user("officer"), "county_officer", COUNTY)
    assert _code(issued, permissions=[]) == "ACC-013"
    assert _code(issued, post=officer, permissions=[READ, Permission.BANK_READ]) == "ACC-013"
    assert _code(issued, post=officer, permissions=[Permission.POSTS_GRANT]) == "ACC-013"
    assert _code(issued, post=officer, permissions=[Permission.OUTSIDE_READ]) == "ACC-013"
    assert _code(issued, post=officer, expires_at=NOW) == "ACC-014"
    assert _code(issued, post=officer, expires_at=NOW + timedelta(days=400)) == "ACC-014"
    ended = actions.end_post(actor="user:9", post=officer, day=DAY, reason="调离")
    assert _code(issued, post=ended) == "ACC-011"


def test_key_of_a_line_department_sees_its_topics_whatever_else_its_holder_is() -> None:
    clerk = user()
    post(clerk, "helper", "990101100201")
    limited = post(clerk, "line_department", COUNTY, topics=["dwelling"])
    token, _ = issued(post=limited)
    scopes = Scopes.of_token(token, DAY)
    assert scopes.topics_at(READ, EAST) == {"dwelling"}
    assert scopes.topics_at(Permission.EVALUATION_READ, EAST) == frozenset()
    assert scopes.of(READ, "water").empty
