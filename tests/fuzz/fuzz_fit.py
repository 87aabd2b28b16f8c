"""No FIT file is more than runs or a sentence."""

from harness import fuzz, instrumented

with instrumented("sensors", "fitdecode"):
    from checks import check_file


def target(data: bytes) -> None:
    check_file(data[:8].ljust(8, b"\0") + b".FIT" + data[12:])  # else it would be no FIT file at all


if __name__ == "__main__":
    fuzz(target)
