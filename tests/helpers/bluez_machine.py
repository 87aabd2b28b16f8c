"""A machine of its own for real Bluetooth: qemu, Debian's kernel, and this computer's files, which it cannot change."""

from __future__ import annotations

import json
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
PARTS = PROJECT / "tests" / "bluez" / "vm"
SILENT_S = 900.0  # a machine that hangs says nothing; one that is emulated on a busy computer is only slow
LONGEST_S = 7200.0  # for everything, should nobody be left who waits for a word
LAST_WORDS_S = 20.0
PREPARING_S = 300.0  # a kernel of 70 MB is fetched once
PROGRAMS = {
    "qemu-system-x86_64": "qemu-system-x86",
    "/usr/libexec/bluetooth/bluetoothd": "bluez",
    "dbus-daemon": "dbus",
    "busybox": "busybox-static",
    "cpio": "cpio",
    "depmod": "kmod",
    "apt-get": "apt",
    "setpriv": "util-linux",
}


class MachineTrouble(Exception):
    """The machine could not be made, or ended before it had said everything; the sentence says why."""


def missing() -> str:
    """What must be installed first, as a sentence; "" where everything is there."""
    if platform.machine() != "x86_64":
        return "real Bluetooth is tested on x86-64 only"
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    packages = [package for program, package in PROGRAMS.items() if shutil.which(program, path=path) is None]
    return f"real Bluetooth needs, on Debian: apt-get install {' '.join(packages)}" if packages else ""


class Machine:
    """Boots, runs the tests that are named, and hands on each line that the run inside wrote.

    `folder` is shared with the machine: what is to be run, and every log.
    """

    def __init__(self, tests: Sequence[str]) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="stridegate-bluez-"))
        self._tell(tests)
        self._lines = (self.folder / "reports.jsonl").open()
        self._deadline = time.monotonic() + SILENT_S
        with (self.folder / "qemu.log").open("wb") as log:
            self._qemu = subprocess.Popen(
                _command(_kernel(), self.folder), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def lines(self) -> Iterator[dict[str, Any]]:
        """What the run inside reports, as it comes; raise MachineTrouble where no more will come."""
        begun = ""
        while True:
            has_ended = self._qemu.poll() is not None
            begun += self._lines.readline()
            if begun.endswith("\n"):
                yield json.loads(begun)
                begun, self._deadline = "", time.monotonic() + SILENT_S
            elif has_ended or time.monotonic() > self._deadline:
                what = "ended" if has_ended else f"was given up after {SILENT_S:.0f} s without a word"
                raise MachineTrouble(f"the machine {what} before every test had; logs: {self.folder}\n{self._last()}")
            else:
                time.sleep(0.1)

    def close(self, keep: bool) -> None:
        """Forget it; where its logs are wanted, give it the time to hand them over."""
        try:
            self._qemu.wait(LAST_WORDS_S if keep else 0)
        except subprocess.TimeoutExpired:
            self._qemu.terminate()
            self._qemu.wait(15)
        self._lines.close()
        if not keep:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _tell(self, tests: Sequence[str]) -> None:
        (self.folder / "tests").write_text("\n".join(tests) + "\n")
        (self.folder / "reports.jsonl").touch()
        path = os.pathsep.join([str(PROJECT), str(PROJECT / "tests" / "helpers")])
        words = {"PROJECT": PROJECT, "PYTHON": sys.executable, "PYTHONPATH": path}
        (self.folder / "words").write_text(
            "".join(f"export {name}={shlex.quote(str(value))}\n" for name, value in words.items())
        )
        shutil.copy(PARTS / "start.sh", self.folder)

    def _last(self) -> str:
        """The end of what the machine said on its console and of what pytest said within it."""
        parts = [self.folder / "logs" / "pytest.log", self.folder / "qemu.log"]
        return "\n".join(
            "\n".join(part.read_text(errors="replace").splitlines()[-15:]) for part in parts if part.exists()
        )


def _kernel() -> Path:
    """The folder with `kernel` and `initrd`, made where it is not there yet."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "stridegate" / "bluez"
    try:
        made = subprocess.run(
            ["sh", str(PARTS / "prepare.sh"), str(cache)],
            capture_output=True,
            text=True,
            timeout=PREPARING_S,
            check=False,
        )
    except subprocess.TimeoutExpired as why:
        raise MachineTrouble(f"no kernel within {PREPARING_S:.0f} s") from why
    if made.returncode != 0:
        raise MachineTrouble(f"no kernel: {made.stderr.strip()}")
    return Path(made.stdout.strip().splitlines()[-1])


def _command(kernel: Path, shared: Path) -> list[str]:
    """qemu, which ends with this process however that ends, and at the latest when its time is over."""
    leash = ["setpriv", "--pdeathsig", "KILL"]
    return [
        *leash, "timeout", "--kill-after=5", str(int(LONGEST_S)), *leash,
        "qemu-system-x86_64", "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
        "-accel", _accelerator(), "-cpu", "max", "-smp", "2", "-m", "2048",
        "-kernel", str(kernel / "kernel"), "-initrd", str(kernel / "initrd"),
        "-append", "console=ttyS0 panic=-1 quiet cryptomgr.notests", "-serial", "stdio",
        "-device", "virtio-rng-pci",
        "-fsdev", "local,id=host,path=/,security_model=none,readonly=on,multidevs=remap",
        "-device", "virtio-9p-pci,fsdev=host,mount_tag=host",
        "-fsdev", f"local,id=out,path={shared},security_model=none",
        "-device", "virtio-9p-pci,fsdev=out,mount_tag=out",
    ]  # fmt: skip


def _accelerator() -> str:
    """The host's own virtualisation where the processor has it; /dev/kvm alone may be an empty promise."""
    flags = Path("/proc/cpuinfo").read_text().split()
    can = ("vmx" in flags or "svm" in flags) and os.access("/dev/kvm", os.R_OK | os.W_OK)
    return "kvm" if can else "tcg,thread=multi"
