#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Brings the programs that the tests talk to, those that are missing. Debian 12 or newer, as root.
set -eu
root=${POSTERN_PEERS:-/opt/postern-peers}
export DEBIAN_FRONTEND=noninteractive

packages="age btrfs-progs curl faketime nginx libnginx-mod-stream openssl pebble python3 strace xfsprogs
  dovecot-core dovecot-lmtpd dovecot-pop3d dovecot-submissiond postfix fetchmail getmail6 mpop msmtp swaks
  libnet-ssleay-perl chromium fonts-liberation"
missing=
for package in $packages; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
# Runs too when the program is there but one of its libraries is not.
exim_runs() { "$root/usr/sbin/exim4" -C /dev/null -bV >/dev/null 2>&1; }

if [ -n "$missing" ] || ! exim_runs; then
  apt-get update -q
  # shellcheck disable=SC2086 # a list of words
  [ -z "$missing" ] || apt-get install -y -q --no-install-recommends $missing
fi

# Exim refuses to start without the user that it was built for.
getent passwd Debian-exim >/dev/null ||
  useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin Debian-exim
# Exim conflicts with Postfix as a package (mail-transport-agent), not as a program: it is unpacked beside it, and the
# libraries that it needs are installed.
if ! exim_runs; then
  libraries=$(apt-cache depends --no-recommends --no-suggests exim4-daemon-light | sed -n 's/^ *Depends: \(lib[^ ]*\)$/\1/p')
  # shellcheck disable=SC2086 # a list of words
  apt-get install -y -q --no-install-recommends $libraries
  mkdir -p "$root"
  work=$(mktemp -d)
  # apt's own unprivileged user downloads into it.
  chmod 777 "$work"
  (cd "$work" && apt-get download -q exim4-daemon-light && dpkg -x exim4-daemon-light_*.deb "$root")
  rm -rf "$work"
  exim_runs
fi
