#!/bin/sh
# Builds .venv from pinned and hashed requirements; quick when nothing changed (make asks only when something did).
set -eu
cd "$(dirname "$0")/.."
kind="$1"
python="${PYTHON:-python3}"

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    { echo "Stridegate needs Python 3.11 or newer; PYTHON=/path/to/python3.11 make ... chooses one." >&2; exit 2; }

# Debian's python3 comes without the part that makes environments.
"$python" -c 'import ensurepip, venv' 2>/dev/null ||
    sh tools/system.sh --always "$("$python" -c 'import sys; print("python3.%d-venv" % sys.version_info[1])')"

[ -x .venv/bin/python ] && .venv/bin/python -m pip --version >/dev/null 2>&1 || "$python" -m venv --clear .venv
[ -x .venv/bin/uv ] ||
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt

export VIRTUAL_ENV="$PWD/.venv"
if [ "$kind" = dev ]; then requirements=requirements/dev.txt; else requirements=requirements/base.txt; fi
echo "Installing what Stridegate needs into .venv ..." >&2
.venv/bin/uv pip install --quiet --compile-bytecode --require-hashes -r "$requirements"
.venv/bin/uv pip install --quiet --no-deps --no-build-isolation --editable .
touch ".venv/.ready-$kind"
if [ "$kind" = dev ]; then touch .venv/.ready-run; fi
