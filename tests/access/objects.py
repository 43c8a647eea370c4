"""One thing of every kind that an address can name, so that no row of the table rests on an absent one."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils import timezone

from mingbai.accounts.models import OutsideReading, SignIn, Token
from mingbai.accounts.roles import NOT_FOR_TOKENS, ROLES
from mingbai.accounts.tokens import digest_of
from mingbai.audit.models import Event
from mingbai.decisions.actions import evaluate
from mingbai.decisions.models import PackVersion, ParameterProposal, Run
from mingbai.decisions.overlays import Change, overlay_of
from mingbai.decisions.programs import pack_named, pack_with
from mingbai.decisions.proposals import propose
from mingbai.decisions.versions import keep_version
from mingbai.households.actions import record_facts
from mingbai.households.actions.facts import Said
from mingbai.intake.models import ImportOrder
from mingbai.jobs.enums import JobState
from mingbai.jobs.models import Job
from tests.desk.county import COUNTY, DAY, QINGXI, County


def make_objects(county: County) -> dict[str, str]:
    """Words of the table → values of addresses."""
    now = timezone.now()
    clerk, lead = county.users["township_clerk"], county.users["township_lead"]
    saved = record_facts(
        actor=county.users["village_officer"].actor, topic="dwelling", on=date(2026, 3, 1),
        subject_id=county.households["here"], values={"dwelling_grade": "B"},
        said=Said("village", DAY),
    )  # fmt: skip
    job = Job.objects.create(
        kind="import.run",
        actor=clerk.actor,
        division_code=QINGXI,
        state=JobState.DONE,
        created_at=now,
    )
    order = ImportOrder.objects.create(
        as_of=DAY, year=2026, division_code=QINGXI, dry_run=True, ordered_by=clerk.actor,
        ordered_at=now, job_id=job.pk,
    )  # fmt: skip
    reading = OutsideReading.objects.create(
        user=lead, division_code="990101101000", reason="交叉检查", from_at=now,
        until_at=now + timedelta(hours=1),
    )  # fmt: skip
    sign_in = SignIn.objects.create(
        user=clerk, session_key="k" * 32, created_at=now, seen_at=now, address="127.0.0.1"
    )
    token = Token.objects.create(
        post=county.posts["county_officer"], name="测试", digest=b"0" * 32, created_at=now,
        expires_at=now + timedelta(days=1),
    )  # fmt: skip
    check = Job.objects.create(
        kind="audit.verify",
        actor=county.users["auditor"].actor,
        state=JobState.QUEUED,
        created_at=now,
    )
    runs = _evaluated_twice(county)
    proposal, versions = _proposed(county), _two_versions()
    return {
        **make_keys(county),
        **{key: str(value) for key, value in county.households.items()},
        **{f"head-{key}": str(value) for key, value in county.heads.items()},
        **{f"user-{key}": str(value.pk) for key, value in county.users.items()},
        **{f"post-{key}": str(value.pk) for key, value in county.posts.items()},
        "absent": "987654321", "batch": str(saved.batch_id), "job": str(job.pk),
        "check": str(check.pk), "event": str(Event.objects.latest("id").pk), "order": str(order.pk),
        "run-before": str(runs[0].pk), "run": str(runs[1].pk),
        "proposal": str(proposal.pk), "version-before": str(versions[0].pk),
        "version": str(versions[1].pk),
        "reading": str(reading.pk), "sign-in": str(sign_in.pk), "token": str(token.pk),
    }  # fmt: skip


def _evaluated_twice(county: County) -> tuple[Run, Run]:
    """Two runs, between which one household's dwelling became unsafe."""
    first = evaluate(actor="command", pack="cn", as_of=DAY)
    record_facts(
        actor=county.users["village_officer"].actor, topic="dwelling", on=date(2026, 3, 2),
        subject_id=county.households["here"], said=Said("village", DAY),
        values={"dwelling_grade": "D", "dwelling_accepted": False},
    )  # fmt: skip
    return first, evaluate(actor="command", pack="cn", as_of=DAY)


def _proposed(county: County) -> ParameterProposal:
    """A proposal that waits."""
    change = Change(
        {"rent_years_min": "4"}, COUNTY, date(2026, 1, 1), None, "租期短的不稳定", "测试方案第3条"
    )
    return propose(user=county.users["county_officer"], day=DAY, change=change)


def _two_versions() -> list[PackVersion]:
    """The version in force and one with a value over it, which was published for a moment alone."""
    row = ParameterProposal.objects.get()
    row.overlay = overlay_of(pack_named("cn"), row)
    row.pk, row.state, row.decided_by, row.decided_at = None, "published", "user:1", timezone.now()
    row.save()
    other = pack_with("cn")
    keep_version(other, actor="user:1")
    row.state, row.published_hash = "refused", other.hash
    row.save()
    return list(PackVersion.objects.order_by("id"))


#: Keys of programs: column → post, permissions (all of the post's, or one), and what is wrong with it.
KEYS = {
    "good": ("township_clerk", "", {}), "vill": ("village_officer", "", {}),
    "next": ("next_township_clerk", "", {}), "read": ("county_officer", "households.read", {}),
    "line": ("line_department", "", {}), "help": ("helper", "", {}), "expi": ("expired", "", {}),
    "late": ("township_clerk", "", {"expires_at": timedelta(seconds=-1)}),
    "gone": ("township_clerk", "", {"revoked_at": timedelta(seconds=-1)}),
}  # fmt: skip


def make_keys(county: County) -> dict[str, str]:
    """A key for every column of programs.txt, and one that nobody issued."""
    now = timezone.now()
    for column, (name, only, wrong) in KEYS.items():
        post = county.posts[name]
        may = {only} if only else ROLES[post.role].permissions - NOT_FOR_TOKENS
        times = {"expires_at": timedelta(days=1), **wrong}
        Token.objects.create(
            post=post, name=column, digest=digest_of(f"mingbai_{column}"), created_at=now,
            permissions=sorted(may), **{key: now + value for key, value in times.items()},
        )  # fmt: skip
    return {f"key-{column}": f"mingbai_{column}" for column in (*KEYS, "none")}
