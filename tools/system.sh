#!/bin/sh
# Makes sure of system programs and libraries: "program:debian-package", "lib.so.1:debian-package" or --always PACKAGE.
# Installs them where allowed (root, apt), else names them.
set -eu
missing=""
if [ "$1" = --always ]; then
    missing="$2"
else
    for pair in "$@"; do
        case "${pair%%:*}" in
            *.so.*) PATH="$PATH:/sbin" ldconfig -p 2>/dev/null | grep -q "${pair%%:*}" || missing="$missing ${pair#*:}" ;;
            *) command -v "${pair%%:*}" >/dev/null 2>&1 || missing="$missing ${pair#*:}" ;;
        esac
    done
fi
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Debian packages:$missing" >&2
    apt-get update -qq >&2
    # shellcheck disable=SC2086  # a list of packages
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >&2
    exit 0
fi
echo "Please install:$missing (on Debian: sudo apt-get install$missing)" >&2
[ "$1" = --always ] && exit 2
exit 0
