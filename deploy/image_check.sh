#!/bin/sh
# Builds the image with a real builder where no container engine and no registry is: `make image-check`.
#
# buildah carries out the Dockerfile as it stands; its base is a Debian made here by debootstrap with this machine's Python
# in /usr/local, in the place of the official image, which has the same two. Then the image runs by buildah, as its user,
# with its environment. Needs Linux, root, and `apt-get install buildah debootstrap`.
#
# PYTHON: folder with bin/python3 and lib/ of a Python 3.11 or newer; the default's.  SUITE: Debian's release.
set -eu
cd "$(dirname "$0")/.."
for tool in buildah debootstrap; do
  command -v "$tool" >/dev/null || { echo >&2 "image-check needs $tool: apt-get install buildah debootstrap"; exit 2; }
done
SUITE=${SUITE:-bookworm}
PYTHON=${PYTHON:-$(python3 -c 'import sys; print(sys.base_prefix)')}
work=$(mktemp -d)
export BUILDAH_ISOLATION=chroot
b() { buildah --root "$work/storage" --runroot "$work/run" "$@"; }
trap 'b umount --all >/dev/null 2>&1 || true; b rm --all >/dev/null 2>&1 || true; rm -rf "$work"' EXIT

echo "base: Debian $SUITE with the Python of $PYTHON"
debootstrap --variant=minbase "$SUITE" "$work/base" >"$work/debootstrap.log" 2>&1 || { tail -20 "$work/debootstrap.log"; exit 1; }
cp -a "$PYTHON/." "$work/base/usr/local/"
find "$PYTHON/bin/python3" "$PYTHON/lib" -path '*/lib-dynload/*.so' -o -name 'libpython*.so*' -o -name python3 | while read -r binary; do
  ldd "$binary" 2>/dev/null | awk '$3 ~ /^\// {print $3}'
done | sort -u | while read -r library; do
  [ -e "$work/base$library" ] || cp -L --parents "$library" "$work/base"
done
chroot "$work/base" ldconfig
ln -sf python3 "$work/base/usr/local/bin/python"
if [ -d /etc/ssl/certs ]; then mkdir -p "$work/base/etc/ssl" && cp -a /etc/ssl/certs "$work/base/etc/ssl/"; fi
container=$(b from scratch)
b copy --quiet "$container" "$work/base" / >/dev/null
b config --env PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin "$container"
b commit --quiet --rm "$container" localhost/python-base >/dev/null
rm -rf "$work/base"

echo "build"
b build --quiet --pull-never --format docker --build-arg BASE=localhost/python-base \
  --build-arg REVISION="$(git rev-parse HEAD 2>/dev/null || echo unknown)" --tag holdback . >"$work/build.log" 2>&1 \
  || { tail -40 "$work/build.log"; exit 1; }

echo "run"
container=$(b from --pull-never localhost/holdback)
mounted=$(b mount "$container")
test -z "$(find "$mounted" -xdev -type f -perm /6000)" || { echo >&2 "something is setuid"; exit 1; }
test -z "$(find "$mounted/opt" "$mounted/usr/local" -xdev \( -name pip -o -name ensurepip \) -print -quit)" \
  || { echo >&2 "pip is there"; exit 1; }
inside() { b run --user 10001:10001 "$container" -- "$@"; }
inside sh -c 'test "$(id -u)" = 10001 && ! touch /opt/holdback/x 2>/dev/null && ! touch /usr/local/x 2>/dev/null'
inside holdback --version
inside python -c 'import boto3, azure.keyvault.keys, google.cloud.kms, opentelemetry.sdk'
echo 'Mail to jane@example.com, says Maria Lopez from Chicago.' | inside holdback redact --policy strict >"$work/redacted"
grep -q EMAIL_ADDRESS "$work/redacted"
if grep -q 'Maria\|jane' "$work/redacted"; then echo >&2 "tier 3 did not run"; exit 1; fi
b inspect --type image localhost/holdback >"$work/image.json"
for said in '"User": "10001:10001"' '"Healthcheck"' '"org.opencontainers.image.version"'; do
  grep -qi "$said" "$work/image.json" || { echo >&2 "the image does not say $said"; exit 1; }
done
echo "the image builds and runs"
