"""Server time of the desk's screens, with a place loaded and evaluated, as somebody of each role.

python -m benchmarks.desk [TIMES]       in the environment of an installation with demonstration accounts

Each address is asked for once without being counted and then TIMES times, of another household each time
where it is about one; in this process, so that neither the network nor another request is in the figure. The
budget of every screen is 50 ms at p95 on a free machine.
"""

from __future__ import annotations

import os
import re
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.register_load import percentile
from mingbai.common.starting import start_django

TIMES, BUDGET_MS = 20, 50
SCREENS = Path(__file__).parents[1] / "tests" / "access" / "screens.txt"
ROLES = ("township_clerk", "county_officer")
#: Lists and searches by what narrows them; every other address comes from the table of screens.
ALSO = (
    "/households/?state=any:unmet", "/households/?state=any:unknown",
    "/households/?state=basics.water:unmet", "/households/?state=basics.housing:unmet",
    "/households/?kind=watched", "/households/?kind=registered",
    "/households/?kind=registered&state=any:unknown", "/households/?place={place}",
    "/households/?sort=number&columns=place&columns=number",
    "/households/?columns=place&columns=states&columns=income&columns=helper",
)  # fmt: skip


def addresses(known: dict[str, list[str]]) -> list[str]:
    """The GET addresses of the table whose placeholders can be filled here, and `ALSO`."""
    found: dict[str, None] = {}
    for line in SCREENS.read_text(encoding="utf-8").splitlines()[1:]:
        fields = line.split()
        if len(fields) > 3 and fields[1] == "GET" and not fields[0].startswith("signin:"):
            address = re.sub(r"\{here\}", "{household}", fields[2])
            address = re.sub(r"/persons/\{[^}]+\}", "/persons/{person}", address)
            address = re.sub(r"/places/\d{12}", "/places/{place}", address)
            if all(name in known for name in re.findall(r"\{([^}]+)\}", address)):
                found[address] = None
    return [*found, *ALSO]


def measure(client: Any, address: str, known: dict[str, list[str]], times: int) -> list[str] | None:
    """Times, p50 and p95 in milliseconds and the size of one address; None where it is not answered."""
    taken, size = [], 0
    for turn in range(times + 1):
        filled = {name: values[turn % len(values)] for name, values in known.items()}
        began = time.perf_counter()
        answer = client.get(address.format(**filled))
        if answer.status_code != 200:
            return None
        size = len(b"".join(answer.streaming_content) if answer.streaming else answer.content)
        taken.append((time.perf_counter() - began) * 1000)
    p50, p95 = (percentile(taken[1:], share) for share in (0.5, 0.95))
    return [f"{taken[0]:.0f}", f"{p50:.0f}", f"{p95:.0f}", f"{size // 1024}"]


def known_of(user: Any) -> dict[str, list[str]]:
    """Households, persons and a place that somebody may open."""
    from mingbai.accounts.roles import Permission
    from mingbai.accounts.scopes import scope_of
    from mingbai.households.queries import list_households
    from mingbai.places.queries import working_date

    day = working_date()
    page = list_households(day, scope=scope_of(user, Permission.HOUSEHOLDS_READ, day), limit=20)
    return {
        "household": [str(row.household_id) for row in page.rows],
        "person": [str(row.head_id) for row in page.rows if row.head_id],
        "place": [page.rows[0].division_code],
    }


def main() -> None:
    times = int(sys.argv[1]) if len(sys.argv) > 1 else TIMES
    os.environ["MINGBAI_HOSTS"] = "testserver"
    os.environ["MINGBAI_LOG_LEVEL"] = "ERROR"
    start_django()
    from django.test import Client

    from mingbai.accounts.models import User
    from mingbai.config.serving import settle

    settle()  # as every serving process does
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; milliseconds")
    for role in ROLES:
        user = User.objects.get(username=role)
        client, known = Client(), known_of(user)
        client.force_login(user)
        print(f"\n{role:<72}{'first':>7}{'p50':>6}{'p95':>6}{'kB':>6}")
        for address in addresses(known):
            found = measure(client, address, known, times)
            if found is not None:
                late = "  over" if float(found[2]) > BUDGET_MS else ""
                print(f"{address:<72}{found[0]:>7}{found[1]:>6}{found[2]:>6}{found[3]:>6}{late}")


if __name__ == "__main__":
    main()
