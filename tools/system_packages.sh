#!/bin/sh
# Installs what the tests start and the machine lacks; without root it says the line and stops.
set -eu

lacking=""
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null 2>&1 || lacking="$lacking postgresql"
command -v chromium >/dev/null 2>&1 || lacking="$lacking chromium"
find /usr/share/fonts -name 'NotoSansCJK*' 2>/dev/null | grep -q . || lacking="$lacking fonts-noto-cjk"
[ -n "$lacking" ] || exit 0

install="apt-get install -y --no-install-recommends$lacking"
if [ "$(id -u)" != 0 ]; then
    echo "The tests need more of the system. As root: apt-get update && $install" >&2
    exit 1
fi
echo "Installing$lacking ..." >&2
apt-get update -qq
# shellcheck disable=SC2086  # words are meant to split
DEBIAN_FRONTEND=noninteractive $install >/dev/null
