#!/bin/sh
# Makes a virtual environment with the locked packages and this project: make_venv.sh FOLDER LOCK
# Needs Python 3.11 or newer; set PYTHON to choose one. Quiet unless something is wrong.
set -eu
folder=$1
lock=$2

python=
for name in ${PYTHON:-python3 python3.13 python3.12 python3.11 python3.14}; do
    # Run it: a shim or a broken link is found on the path too.
    if "$name" -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        python=$name
        break
    fi
done
if [ -z "$python" ]; then
    echo "No Python 3.11 or newer runs here. On Debian: apt-get install python3 python3-venv" >&2
    exit 1
fi

with_pip_module='import pip; raise SystemExit(int(pip.__version__.split(".")[0]) < 23)'
echo "Setting up $folder with $("$python" --version) (a minute or two) ..." >&2
if "$folder/bin/python" -m pip --version >/dev/null 2>&1; then
    pip="$folder/bin/python -m pip" # bring the existing one up to date
elif "$python" -c 'import ensurepip' >/dev/null 2>&1; then
    "$python" -m venv --clear "$folder"
    pip="$folder/bin/python -m pip"
elif "$python" -c "$with_pip_module" >/dev/null 2>&1; then
    "$python" -m venv --clear --without-pip "$folder"
    pip="$python -m pip --python $folder/bin/python"
else
    echo "This Python cannot make a virtual environment. On Debian: apt-get install python3-venv" >&2
    exit 1
fi

quiet="-qq --disable-pip-version-check --no-input"
# shellcheck disable=SC2086  # words are meant to split
$pip install $quiet --only-binary :all: --require-hashes --requirement "$lock"
# The build bundles charts/ with npm: Node.js comes as a Python package where the system has no new enough one.
node_is_new='let [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)'
if ! { command -v npm && node -e "$node_is_new"; } >/dev/null 2>&1; then
    # shellcheck disable=SC2086
    $pip install $quiet --only-binary :all: --require-hashes --requirement requirements-node.lock
fi
# shellcheck disable=SC2086
$pip install $quiet --no-deps --no-build-isolation --editable .
