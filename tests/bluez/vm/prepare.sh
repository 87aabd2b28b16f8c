#!/bin/sh
# Prints a folder within $1 that holds `kernel` and `initrd`, made where they are not there yet: Debian's own kernel,
# unpacked and never installed, and a small initrd with the modules of a machine of 9p, virtio and virtual Bluetooth.
set -eu
cache="$1"
here="$(cd "$(dirname "$0")" && pwd)"
recipe="$(cat "$here/prepare.sh" "$here/init" | sha256sum | cut -c 1-12)"
modules="virtio_pci virtio_rng 9pnet_virtio 9p overlay ecb cmac algif_hash algif_skcipher hci_vhci"
PATH="$PATH:/usr/sbin:/sbin" # depmod lives there, and is not only for root

newest() { apt-cache depends --important linux-image-amd64 2>/dev/null | sed -n 's/.*Depends: //p' | head -n 1; }
fetch() {
    package="$(newest)"
    [ -n "$package" ] && apt-get download -qq "$package" >&2
}
made() { # an older kernel is as good where nothing can be fetched
    find "$cache" -maxdepth 2 -path "*${1:-}*-$recipe/initrd" 2>/dev/null | sort | tail -n 1
}

ready="$(made "$(newest)")"
if [ -n "$ready" ] && [ -n "$(newest)" ]; then dirname "$ready"; exit 0; fi

mkdir -p "$cache"
work="$(mktemp -d "$cache/.making-XXXXXX")"
trap 'rm -rf "$work"' EXIT
cd "$work"
if ! fetch; then
    if [ "$(id -u)" = 0 ] && apt-get update -qq >&2 && fetch; then :
    elif [ -n "$(made)" ]; then dirname "$(made)"; exit 0
    else echo "apt cannot fetch linux-image-amd64: apt-get update may help" >&2; exit 2
    fi
fi
dpkg-deb -x ./*.deb unpacked
version="${package#linux-image-}"
depmod -b unpacked "$version"

mkdir -p made initrd/bin initrd/modules
for module in $modules; do
    modprobe -d unpacked -S "$version" --show-depends "$module"
done | awk '$1 == "insmod" && !seen[$2]++ {print $2}' > order
n=100
while read -r file; do # numbered in the order in which they can be loaded
    n=$((n + 1))
    case "$file" in
    *.xz) xz -dc "$file" > "initrd/modules/$n.ko" ;;
    *.zst) zstd -qdc "$file" > "initrd/modules/$n.ko" ;;
    *) cp "$file" "initrd/modules/$n.ko" ;;
    esac
done < order
cp "$(command -v busybox)" initrd/bin/busybox
cp "$here/init" initrd/init
chmod 755 initrd/init
(cd initrd && find . | cpio --quiet -o -H newc -R 0:0) | gzip -1 > made/initrd
cp "unpacked/boot/vmlinuz-$version" made/kernel
mv -T made "$cache/$package-$recipe" 2>/dev/null || [ -f "$cache/$package-$recipe/initrd" ] # another run was quicker
echo "$cache/$package-$recipe"
