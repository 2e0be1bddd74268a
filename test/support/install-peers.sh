#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Brings the programs that the interoperability tests talk to. Debian 12 or newer, as root. Starts no service.
set -eu
root=${POSTERN_PEERS:-/opt/postern-peers}
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
apt-get install -y -q --no-install-recommends \
  postfix dovecot-core dovecot-pop3d dovecot-lmtpd dovecot-submissiond \
  fetchmail mpop getmail6 msmtp swaks curl openssl age
# Exim conflicts with Postfix as a package (mail-transport-agent), not as a program: it is unpacked beside it.
if [ ! -x "$root/usr/sbin/exim4" ]; then
  mkdir -p "$root"
  work=$(mktemp -d)
  chmod 755 "$work"
  (cd "$work" && apt-get download -q exim4-daemon-light && dpkg -x exim4-daemon-light_*.deb "$root")
  rm -rf "$work"
fi
# The program refuses to start without the user that it was built for.
getent passwd Debian-exim >/dev/null ||
  useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin Debian-exim
