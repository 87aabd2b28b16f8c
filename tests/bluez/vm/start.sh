#!/bin/sh
# Runs as the machine's first process once the host's files are in place: a message bus, the tests, and good night.
. /run/out/words
export HOME=/root PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin PYTHONDONTWRITEBYTECODE=1
export STRIDEGATE_BLUEZ_REPORTS=/run/out/reports.jsonl
export PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 OPENBLAS_NUM_THREADS=1
stamp() { echo "== $(cut -d' ' -f1 /proc/uptime) $*"; }
cd "$PROJECT" || exit 1
mkdir -p /run/dbus
{
    stamp tests
    "$PYTHON" -m pytest -p pytest_asyncio.plugin -p pytest_timeout -p no:cacheprovider --confcutdir=tests/bluez \
        --durations=0 -v --basetemp=/run/tests @/run/out/tests
    stamp end
} > /run/out/pytest.log 2>&1
sync
/bin/busybox poweroff -f 2>/dev/null || echo o > /proc/sysrq-trigger
sleep 60
