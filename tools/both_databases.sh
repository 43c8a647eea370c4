#!/bin/sh
# All tests on SQLite, and beside them those of the database on PostgreSQL: many wait for processes and
# browsers, and two runs fill the time that one leaves. What the second says is shown after the first.
set -u
bin=$1
said=$(mktemp)
half=$(( ($(nproc) + 1) / 2 ))

MINGBAI_TEST_DATABASE=postgresql "$bin/pytest" -n "$half" --dist worksteal -m database >"$said" 2>&1 &
second=$!
trap 'kill "$second" 2>/dev/null; wait "$second"; rm -f "$said"; exit 130' INT TERM

"$bin/pytest" -n auto --dist worksteal
first=$?
wait "$second"
then=$?

echo "On PostgreSQL:"
cat "$said"
rm -f "$said"
[ "$first" -eq 0 ] && [ "$then" -eq 0 ]
