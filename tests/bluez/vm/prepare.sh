#!/bin/sh
# Makes KERNEL and INITRD in the folder $1 where they are not there yet: Debian's own kernel, unpacked and never
# installed, and a small initrd with the modules that a machine made of 9p, virtio and a virtual Bluetooth chip needs.
set -eu
here="$(cd "$(dirname "$0")" && pwd)"
cache="$1"
PATH="$PATH:/usr/sbin:/sbin" # depmod lives there, and is not only for root
package="$(apt-cache depends --important linux-image-amd64 | sed -n 's/.*Depends: //p' | head -n 1)"
[ -n "$package" ] || { echo "apt knows no linux-image-amd64: run apt-get update" >&2; exit 2; }
version="${package#linux-image-}"
recipe="$(cat "$0" "$here/init" | sha256sum | cut -c 1-12)"
ready="$cache/$version-$recipe"
if [ -f "$ready/initrd" ]; then echo "$ready"; exit 0; fi

mkdir -p "$cache"
work="$(mktemp -d "$cache/.making-XXXXXX")"
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get download "$package" >&2
dpkg-deb -x ./*.deb unpacked
depmod -b unpacked "$version"

mkdir -p made initrd/bin initrd/modules
modules="virtio_pci virtio_rng 9pnet_virtio 9p overlay ecb cmac algif_hash algif_skcipher hci_vhci"
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
rm -rf "$ready"
mv made "$ready"
echo "$ready"
