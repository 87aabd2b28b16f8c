"""What operators install: units that systemd accepts, containers that resolve, examples that hold."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import server
from gateway.settings import Settings as GatewaySettings
from server import settings
from server.settings import Settings

ROOT = Path(server.__file__).parent.parent
DEPLOY = ROOT / "deploy"
BIN = Path(sys.executable).parent
UNITS = sorted(path.name for path in DEPLOY.glob("*.service"))
EXPOSED_AT_MOST = {"stridegate.service": 1.6, "stridegate-gateway.service": 1.8, "stridegate-backup.service": 1.6}


def program(name: str) -> str:
    """Where it is missing a test skips on a laptop and fails in CI."""
    found = shutil.which(name, path=f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}")
    if found is None:
        missing = f"{name} is not installed"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    return found


def run(*words: object, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ.get("PATH", ""), "HOME": "/nowhere", **more}
    return subprocess.run(list(map(str, words)), capture_output=True, text=True, check=False, env=environment, cwd=ROOT)


@pytest.fixture
def units(tmp_path):
    """As installed, but with the programs of this environment, for systemd looks whether they are there."""
    for path in [*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")]:
        text = path.read_text().replace("/opt/stridegate/.venv/bin", str(BIN))
        (tmp_path / path.name).write_text(text)
    return tmp_path


def test_systemd_accepts_every_unit(units):
    checked = run(program("systemd-analyze"), "verify", "--man=no", *units.iterdir())
    assert (checked.returncode, checked.stderr.strip()) == (0, "")


@pytest.mark.parametrize("name", UNITS)
def test_systemd_finds_every_service_well_closed(units, name):
    said = run(program("systemd-analyze"), "security", "--offline=yes", "--no-pager", units / name).stdout
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", said)
    assert found is not None and float(found[1]) <= EXPOSED_AT_MOST[name]


@pytest.mark.parametrize("name", UNITS)
def test_a_service_calls_a_command_that_there_is(name):
    (line,) = re.findall(r"^ExecStart=/opt/stridegate/\.venv/bin/(\S+ \S+)", (DEPLOY / name).read_text(), re.MULTILINE)
    command, verb = line.split()
    asked = run(BIN / command, verb, "--help")
    assert asked.returncode == 0, asked.stderr


def test_the_container_is_built_as_its_linter_wants():
    linted = run(program("hadolint"), "--failure-threshold", "info", DEPLOY / "Dockerfile")
    assert linted.returncode == 0, linted.stdout


def test_the_container_installs_only_what_is_hashed_and_runs_as_nobody():
    text = (DEPLOY / "Dockerfile").read_text()
    installs = [line for line in text.replace("\\\n", " ").splitlines() if "pip install" in line]
    assert installs and all("--require-hashes" in line or "--no-deps" in line for line in installs)
    assert re.search(r"^USER \d{4,}", text, re.MULTILINE) and "HEALTHCHECK" in text


@pytest.mark.parametrize("name", ["compose.yaml", "compose.clinic.yaml"])
def test_a_composition_resolves_without_a_network(name):
    environment = ("--env-file", DEPLOY / "clinic.env.example") if "clinic" in name else ()
    resolved = run(program("docker-compose"), *environment, "-f", DEPLOY / name, "config")
    assert (resolved.returncode, resolved.stderr) == (0, "")
    assert "read_only: true" in resolved.stdout and "no-new-privileges" in resolved.stdout


def test_a_clinic_without_a_name_is_refused_before_anything_starts():
    refused = run(program("docker-compose"), "-f", DEPLOY / "compose.clinic.yaml", "config")
    assert "CLINIC_HOST" in refused.stderr and "services:" not in refused.stdout


def test_what_the_clinic_s_server_is_told_lets_it_start():
    text = (DEPLOY / "compose.clinic.yaml").read_text()
    told = dict(re.findall(r"^ +(STRIDEGATE_\w+): (\S+)$", text, re.MULTILINE))
    assert settings.unknown(told) == []
    chosen = Settings(host=told["STRIDEGATE_HOST"], trusted_proxies=told["STRIDEGATE_TRUSTED_PROXIES"])
    assert chosen.problems() == []
    assert f"ipv4_address: {told['STRIDEGATE_TRUSTED_PROXIES']}" in text


def test_a_proxy_keeps_the_numbers_to_the_machine_itself():
    text = (DEPLOY / "Caddyfile").read_text()
    assert "@inside path /metrics" in text and "respond @inside 404" in text


def test_caddy_understands_its_file():
    checked = run(program("caddy"), "adapt", "--config", DEPLOY / "Caddyfile", CLINIC_HOST="runs.clinic.example")
    assert checked.returncode == 0, checked.stderr


def _named(path: Path) -> set[str]:
    return set(re.findall(r"^#?(STRIDEGATE_[A-Z_]+)=", path.read_text(), re.MULTILINE))


def test_the_example_names_every_setting_of_the_server_and_no_other():
    known = {f"STRIDEGATE_{name.upper()}" for name in Settings.model_fields}
    named = _named(DEPLOY / "server.env.example")
    assert {name if name in known else name.removesuffix("_FILE") for name in named} == known


def test_the_example_of_the_gateway_names_settings_that_there_are():
    known = {f"STRIDEGATE_GATEWAY_{name.upper()}" for name in GatewaySettings.model_fields}
    assert _named(DEPLOY / "gateway.env.example") <= known


def test_nothing_that_is_deployed_holds_a_password():
    for path in DEPLOY.rglob("*"):
        if path.is_file():
            assert not re.search(r"(password|token|secret)\w*=[^\s/#][^\s]*$", path.read_text(), re.I | re.M), path
