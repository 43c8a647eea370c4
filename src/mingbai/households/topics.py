"""Topics of dated records (登记主题): which table, about whom, under which name, and who may read it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from mingbai.households.enums import Subject
from mingbai.households.errors import error
from mingbai.households.models import household_topics, person_topics
from mingbai.households.models.evidence import IncomeEntry
from mingbai.households.models.records import TopicRecord


class Span(StrEnum):
    """How long a record of a topic is true (时间类型)."""

    LASTING = "lasting"  # from a day until something changes
    PERIOD = "period"  # of an accounting year or a school term; the period is the record's
    POINT = "point"  # on one day: valid_from, and valid_to is the day after


class Restriction(StrEnum):
    """A topic that needs a permission of its own (受限主题): in no list, notice or export without it."""

    HEALTH = "health"
    CONVICTION = "conviction"
    BANK_ACCOUNT = "bank_account"


#: What every record has beside the columns of its topic.
_COMMON = {
    "id", "begun_by", "ended_by", "valid_from", "valid_to", "source", "observed_on", "follows", "corrects",
    "changed", "household", "person",
}  # fmt: skip
#: Keyed digests that stand beside an encrypted column and are made with it.
DIGESTS = {
    "id_number": ("id_digest", "id_tail4", "id_tail6"),
    "phone": ("phone_tail4", "phone_tail6"),
}


@dataclass(frozen=True)
class Topic:
    """One topic (登记主题)."""

    key: str
    model: type[TopicRecord]
    zh: str
    en: str
    span: Span
    restriction: Restriction | None = None
    many: bool = False  # several records may hold at a time: payments, bills, lines of a ledger
    encrypted: tuple[str, ...] = ()

    @cached_property
    def subject(self) -> Subject:
        """Whom the records are about."""
        names = {field.name for field in self.model._meta.concrete_fields}
        return Subject.PERSON if "person" in names else Subject.HOUSEHOLD

    @property
    def subject_column(self) -> str:
        """The column that holds the subject's key."""
        return f"{self.subject.value}_id"

    @cached_property
    def stored(self) -> tuple[str, ...]:
        """Columns of the topic in the database, digests included."""
        fields = self.model._meta.concrete_fields
        return tuple(field.attname for field in fields if field.name not in _COMMON)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Columns that people read and write."""
        hidden = {name for names in DIGESTS.values() for name in names}
        return tuple(name for name in self.stored if name not in hidden)

    @cached_property
    def required(self) -> tuple[str, ...]:
        """Columns without which there is no record."""
        fields = self.model._meta.concrete_fields
        mine = [field for field in fields if field.attname in self.columns]
        return tuple(field.attname for field in mine if not (field.null or field.blank))

    def purpose(self, column: str) -> str:
        """The name under which a column is encrypted."""
        return f"{self.key.replace('_', '')}.{column}"


def _topics() -> tuple[Topic, ...]:
    of, by = household_topics, person_topics
    lasting, period, point = Span
    bank, health, conviction = Restriction.BANK_ACCOUNT, Restriction.HEALTH, Restriction.CONVICTION
    return (
        Topic("residence", of.Residence, "住址与联系", "residence", lasting, encrypted=("phone",)),
        Topic("dwelling", of.Dwelling, "住房", "dwelling", lasting),
        Topic("water", of.Water, "饮水", "water", lasting),
        Topic("living", of.Living, "生产生活条件", "living conditions", lasting),
        Topic("land", of.Land, "土地", "land", period),
        Topic("income_year", of.IncomeYear, "年度收入", "income of a year", period),
        Topic("income_entry", IncomeEntry, "收入台账", "income ledger", period, many=True),
        Topic("measure", of.Measure, "帮扶措施", "measures", point, many=True),
        Topic("household_incident", of.HouseholdIncident, "风险情况", "incidents", point, many=True),
        Topic("bank_account", of.BankAccount, "银行账号", "bank account", lasting, bank,
              encrypted=("account",)),
        Topic("identity", by.Identity, "身份信息", "identity", lasting, encrypted=("id_number", "phone")),
        Topic("schooling", by.Schooling, "就学", "schooling", period),
        Topic("work", by.Work, "劳动与务工", "work", period),
        Topic("insurance", by.Insurance, "参保", "insurance", period),
        Topic("security", by.Security, "社会救助", "social assistance", lasting),
        Topic("health", by.Health, "健康", "health", lasting, health),
        Topic("bill", by.Bill, "医疗费用", "medical bills", point, health, many=True),
        Topic("benefit", by.Benefit, "补贴发放", "benefits paid", point, many=True),
        Topic("conviction", by.Conviction, "刑满释放", "sentence served", lasting, conviction,
              encrypted=("note",)),
    )  # fmt: skip


TOPICS: dict[str, Topic] = {topic.key: topic for topic in _topics()}


def topic_of(key: str) -> Topic:
    """The topic of this key. Raises HOME-010 for an unknown one."""
    if key not in TOPICS:
        raise error("HOME-010", topic=key)
    return TOPICS[key]


def topics_about(subject: Subject) -> tuple[Topic, ...]:
    """The topics about households or about persons, in the order screens show them."""
    return tuple(topic for topic in TOPICS.values() if topic.subject == subject)
