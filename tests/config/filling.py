"""Fills an installation through the real writing paths: `python -m tests.config.filling FIRST COUNT`.

Run in a process of its own, so that nothing plain is left but what was written. All persons are invented.
"""

import sys
import time
from dataclasses import dataclass
from datetime import date

from mingbai.common.starting import start_django
from mingbai.tables.identity import check_sign

DAY = date(2026, 1, 1)
EVIDENCE = b"%PDF-1.4\n990101195001010018\n%%EOF\n"


@dataclass(frozen=True)
class Plain:
    """What is personal of one household."""

    serial: int

    @property
    def id_number(self) -> str:
        born = f"1950{self.serial // 28 % 12 + 1:02d}{self.serial % 28 + 1:02d}"
        first = f"990101{born}{self.serial % 1000:03d}"
        return first + check_sign(first)

    @property
    def phone(self) -> str:
        return f"19900{self.serial:06d}"

    @property
    def household_phone(self) -> str:
        return f"19911{self.serial:06d}"

    @property
    def account(self) -> str:
        return f"6299000000{self.serial:09d}"

    @property
    def secrets(self) -> list[str]:
        return [self.id_number, self.phone, self.household_phone, self.account]


def fill(first: int, count: int, pause: float = 0) -> None:
    """Households with a head, a phone, an account and a file of evidence."""
    from mingbai.households.actions.facts import record_facts
    from mingbai.households.actions.registering import Newcomer, register_household
    from mingbai.households.attachments import add_attachment
    from mingbai.households.enums import Subject

    for serial in range(first, first + count):
        plain = Plain(serial)
        head = {
            "name": f"测试{serial}", "sex": "male", "birth_date": date(1950, 1, 1),
            "id_number": plain.id_number, "phone": plain.phone,
        }  # fmt: skip
        made = register_household(
            actor="command", reason="测试", on=DAY, number=f"H{serial}", source="village",
            residence={"division_code": "990101100201", "phone": plain.household_phone},
            members=[Newcomer("head", head)],
        )  # fmt: skip
        record_facts(
            actor="command", topic="bank_account", subject_id=made.household_id, on=DAY,
            values={"bank": "测试银行", "account": plain.account}, reason="测试",
        )  # fmt: skip
        if serial % 10 == 0:
            add_attachment(
                actor="command",
                subject=Subject.PERSON,
                subject_id=made.person_id,
                title="证明.pdf",
                content=EVIDENCE,
            )
        sys.stdout.write(f"{serial}\n")
        sys.stdout.flush()
        time.sleep(pause)


def keep_rules() -> None:
    """The rules in force, as an evaluation keeps them."""
    from mingbai.decisions.programs import pack_named
    from mingbai.decisions.versions import keep_version

    keep_version(pack_named("cn"), actor="command")


if __name__ == "__main__":
    start_django()
    fill(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]) if len(sys.argv) > 3 else 0)
    if sys.argv[1] == "1":
        keep_rules()
