"""The command that lets the first administrator in, run as operators run it."""

import os
import subprocess
import sys

import pytest


def init_admin(folder, *options, **environment):
    command = [sys.executable, "-m", "server", "init-admin", *options]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("STRIDEGATE_")}
    return subprocess.run(
        command,
        env={**inherited, "STRIDEGATE_DATA": str(folder), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("options", "environment"),
    [
        (("--public-url", "https://runs.clinic.example/"), {}),
        ((), {"STRIDEGATE_PUBLIC_URL": "https://runs.clinic.example"}),
    ],
    ids=["as an option", "as a setting"],
)
def test_with_a_public_address_the_link_opens_on_any_device_and_can_be_scanned(tmp_path, options, environment):
    said = init_admin(tmp_path, *options, **environment)
    assert said.returncode == 0, said.stderr
    assert "on any device: https://runs.clinic.example/enter/" in said.stdout
    assert said.stdout.count("\n") > 10, "the code to scan"


def test_each_call_makes_another_link_until_somebody_has_come_in(tmp_path):
    links = [init_admin(tmp_path).stdout.split()[-1] for _ in range(2)]
    assert all(link.startswith("http://127.0.0.1:8080/enter/") for link in links)
    assert links[0] != links[1]


def test_an_address_that_no_browser_opens_is_refused(tmp_path):
    refused = init_admin(tmp_path, "--public-url", "runs.clinic.example")
    assert refused.returncode == 2 and "begins with https://" in refused.stderr
