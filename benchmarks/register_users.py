"""What the load test needs inside the register: the place, users who have signed in, evaluations.

python -m benchmarks.register_users load FOLDER | users N | evaluate SECONDS

Each runs in a process of its own with the environment of the installation, and prints JSON.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

from mingbai.common.starting import start_django

#: One in eight works for a township, the others for a village.
ONE_TOWNSHIP_CLERK_IN = 8
#: Of what a user lists, households that no other user writes to: two at one form are rightly refused.
LISTED, HOUSEHOLDS_EACH = 120, 8


def load(folder: Path) -> dict[str, Any]:
    """Load a built place."""
    from mingbai.demo.loading import load_place

    began = time.monotonic()
    loaded = load_place(folder, actor="command")
    return {"rows": loaded.total, "seconds": time.monotonic() - began}


def users(count: int) -> list[dict[str, Any]]:
    """Make users with a post each and a session that has signed in; what each of them will look at."""
    from mingbai.places.models import Division
    from mingbai.places.queries import working_date

    day = working_date()
    standing = Division.objects.recorded().on(day).order_by("code")
    villages = list(standing.filter(level="village").values_list("code", flat=True))
    townships = list(standing.filter(level="township").values_list("code", flat=True))
    made: list[dict[str, Any]] = []
    taken: set[int] = set()
    for number in range(count * 4):
        clerk = number % ONE_TOWNSHIP_CLERK_IN == 0
        codes = townships if clerk else villages
        role = "township_clerk" if clerk else "village_officer"
        one = _user(number, role, codes[number % len(codes)], day, taken)
        made += [one] if one["households"] else []  # an empty village has nobody to look up
        if len(made) == count:
            break
    return made


def _user(number: int, role: str, code: str, day: Any, taken: set[int]) -> dict[str, Any]:
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.utils import timezone

    from mingbai.accounts.models import Post, User
    from mingbai.accounts.roles import Permission
    from mingbai.accounts.scopes import scope_of
    from mingbai.accounts.sessions import start_session
    from mingbai.households.queries import list_households

    now = timezone.now()
    user = User(username=f"load{number}", name=f"load{number}", created_at=now)
    user.must_change_password = False
    user.set_unusable_password()
    user.save()
    Post.objects.create(
        user=user, role=role, division_code=code, valid_from=day.replace(month=1, day=1), granted_by="command"
    )  # fmt: skip
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    start_session(
        user=user, session_key=session.session_key, address="127.0.0.1", browser="load", now=now
    )
    scope = scope_of(user, Permission.HOUSEHOLDS_READ, day)
    listed = list_households(day, scope=scope, limit=LISTED).rows
    rows = [row for row in listed if row.household_id not in taken][:HOUSEHOLDS_EACH]
    taken.update(row.household_id for row in rows)
    return {
        "session": session.session_key,
        "day": day.isoformat(),
        "code": code,
        "households": [row.household_id for row in rows],
        "names": [row.head_name for row in rows if row.head_name],
        "numbers": [row.number for row in rows],
    }


def evaluate(seconds: float) -> dict[str, Any]:
    """Keep the worker evaluating the whole register for so long; how often it came to an end."""
    from mingbai.jobs.actions import start_job
    from mingbai.jobs.enums import JobState
    from mingbai.jobs.models import Job
    from mingbai.places.queries import register, working_date

    until, ended = time.monotonic() + seconds, []
    arguments = {"pack": register().pack, "as_of": working_date().isoformat()}
    while time.monotonic() < until:
        began = time.monotonic()
        job = start_job(kind="evaluate", arguments=arguments, actor="command")
        waiting = (JobState.QUEUED, JobState.RUNNING)
        while (
            Job.objects.filter(pk=job.pk, state__in=waiting).exists()
            and time.monotonic() < until + 60
        ):
            time.sleep(0.5)
        job.refresh_from_db()
        ended.append(
            {
                "state": job.state,
                "seconds": time.monotonic() - began,
                "error": job.error,
                "result": job.result,
            }
        )
    return {"evaluations": ended}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["load", "users", "evaluate"])
    parser.add_argument("given")
    asked = parser.parse_args()
    start_django()
    work: dict[str, Any] = {
        "load": lambda: load(Path(asked.given)),
        "users": lambda: users(int(asked.given)),
        "evaluate": lambda: evaluate(float(asked.given)),
    }
    print(json.dumps(work[asked.what]()))


if __name__ == "__main__":
    main()
