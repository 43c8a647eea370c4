"""The slow job: `make fuzz FILES=100000`. Reads damaged files and says how many ended how."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections import Counter
from pathlib import Path

from tests.fuzz.worker import damaged

ROOT = Path(__file__).parents[2]


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


class Worker:
    """A process that reads; a new one takes its place when a file ends it."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[str] | None = None

    def read(self, number: int) -> tuple[str, str, float]:
        """What the file was made of, how it ended, seconds."""
        if self.process is None:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.fuzz.worker"],
                cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            )  # fmt: skip
        pipe_in, pipe_out = self.process.stdin, self.process.stdout
        assert pipe_in is not None
        assert pipe_out is not None
        pipe_in.write(f"{number}\n")
        pipe_in.flush()
        line = pipe_out.readline()
        if line:
            source, ended, seconds = line.rstrip("\n").split("\t")
            return source, ended, float(seconds)
        code = self.process.wait()
        self.close()
        return damaged(number)[0], f"failed: the process ended with {code}", 0.0

    def close(self) -> None:
        if self.process is not None:
            for pipe in (self.process.stdin, self.process.stdout):
                assert pipe is not None
                pipe.close()
            self.process.wait()
            self.process = None


def run(
    first: int, count: int, failures: Path | None = None
) -> tuple[Counter[tuple[str, str]], tuple[float, int]]:
    """Read that many damaged files; how many of each source ended how, and the slowest: seconds, number."""
    tally: Counter[tuple[str, str]] = Counter()
    slowest = (0.0, first)
    worker = Worker()
    for number in range(first, first + count):
        source, ended, seconds = worker.read(number)
        slowest = max(slowest, (seconds, number))
        tally[source, ended] += 1
        if ended.startswith("failed") and failures is not None:
            failures.mkdir(parents=True, exist_ok=True)
            _, name, raw = damaged(number)
            (failures / f"{number}{Path(name).suffix}").write_bytes(raw)
            say(f"{number} ({source}): {ended}")
        if failures is not None and (number - first + 1) % 10_000 == 0:
            say(f"{number - first + 1} files")
    worker.close()
    return tally, slowest


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--files", type=int, default=100_000)
    options.add_argument("--first", type=int, default=0)
    options.add_argument("--failures", type=Path, default=ROOT / "out" / "fuzz")
    given = options.parse_args()
    tally, slowest = run(given.first, given.files, given.failures)
    endings = sorted({ended for _, ended in tally})
    say(f"{sum(tally.values())} damaged files; the slowest ({slowest[1]}) took {slowest[0]:.1f} s")
    for source in sorted({source for source, _ in tally}):
        parts = ", ".join(
            f"{ended} {tally[source, ended]}" for ended in endings if tally[source, ended]
        )
        say(f"  {source}: {parts}")
    failed = sum(count for (_, ended), count in tally.items() if ended.startswith("failed"))
    say(f"failed: {failed}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
