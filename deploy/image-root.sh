#!/usr/bin/env bash
# What the image holds, as folders to be copied into an empty one:
#
#   deploy/image-root.sh BUILD DEST     BUILD: a build tree; DEST/root goes to /, DEST/state, the daemon's own, to /var/lib
#
# Our programs stripped, every library they load, the loader, the CA certificates, and of each Debian package that gave a
# file its copyright and its entry in the package list, so that scanners see what is in here.
set -euo pipefail
build=$1 dest=$2
root=$dest/root
programs=(answerback answerback-worker answerback-client)

mkdir -p "$root"/{etc/answerback,etc/ssl/certs,usr/bin,usr/lib,usr/lib64,var/lib/dpkg/status.d} "$dest/state"
ln -sfn usr/lib "$root/lib"
ln -sfn usr/lib64 "$root/lib64"
mkdir -m 1777 -p "$root/tmp"
mkdir -m 0700 -p "$dest/state/answerback"

# Takes a library in under the path it is looked up by, and prints whose it is. Packages from before /lib became /usr/lib
# know it by the shorter path.
take() {
  local real
  real=$(readlink -f "$1")
  install -D -m "$(stat -c %a "$real")" "$real" "$root/usr$1"
  { dpkg -S "$real" "${real#/usr}" 2>/dev/null || true; } | cut -d : -f 1
}

for program in "${programs[@]}"; do
  strip -o "$root/usr/bin/$program" "$build/$program"
done
# "libz.so.1 => /lib/x86_64-linux-gnu/libz.so.1 (0x…)" and "/lib64/ld-linux-x86-64.so.2 (0x…)"
libraries=$(ldd "${programs[@]/#/$build/}" | grep -o '/lib[^ ]*\.so[^ ]*' | sort -u)
packages=ca-certificates
for library in $libraries; do packages+=" $(take "$library")"; done
# Ways of signing in that libmariadb loads when a server asks for them (those of probes/mysql/sign_in.cpp).
for plugin in /lib/*/libmariadb3/plugin/{caching_sha2_password,sha256_password,client_ed25519,mysql_clear_password}.so; do
  packages+=" $(take "$plugin")"
done
install -m 644 /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"

cat >"$root/etc/passwd" <<END
root:x:0:0:root:/:/sbin/nologin
answerback:x:65532:65532:answerback:/var/lib/answerback:/sbin/nologin
END
printf 'root:x:0:\nanswerback:x:65532:\n' >"$root/etc/group"
printf 'hosts: files dns\n' >"$root/etc/nsswitch.conf"
grep -v '^HOME_URL\|^SUPPORT_URL' /etc/os-release >"$root/etc/os-release"

for package in $(printf '%s\n' $packages | sort -u); do
  dpkg-query -s "$package" >"$root/var/lib/dpkg/status.d/$package"
  install -D -m 644 "/usr/share/doc/$package/copyright" "$root/usr/share/doc/$package/copyright"
done
