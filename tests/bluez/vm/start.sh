#!/bin/sh
# Runs as the machine's first process once the host's files are in place: a message bus, the tests, and good night.
. /run/out/words
export HOME=/root PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin PYTHONDONTWRITEBYTECODE=1
export STRIDEGATE_BLUEZ_REPORTS=/run/out/reports.jsonl
export PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 OPENBLAS_NUM_THREADS=1
cd "$PROJECT" || exit 1
mkdir -p /run/dbus /run/logs
"$PYTHON" -m pytest -p pytest_asyncio.plugin -p pytest_timeout -p no:cacheprovider --confcutdir=tests/bluez \
    --durations=0 -v --basetemp=/run/logs/tests @/run/out/tests > /run/logs/pytest.log 2>&1
cp -r /run/logs /run/out/ # only now: each line that a daemon writes to the shared folder would hold it up
sync
/bin/busybox poweroff -f 2>/dev/null || echo o > /proc/sysrq-trigger
sleep 60
