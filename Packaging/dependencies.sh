# Sourced by the scripts beside it: what they need of the system.
# shellcheck shell=bash

# What a build needs, and the demo.
build_packages=(
  'libssh2-1-dev>=1.10.0-3+deb12u1' libarchive-dev libzstd-dev libsqlite3-dev zlib1g-dev pkg-config
  openssh-server openssh-client
)

# What a Debian package is made with.
package_packages=(dpkg-dev debhelper dh-apparmor lintian fakeroot pandoc po-debconf)

# What the machines on which Packaging/test-deb installs it are made and tried with.
machine_packages=(debootstrap iproute2 util-linux wget python3 python3-paramiko smbclient apparmor)

# install_packages NAME[>=VERSION]...: installs the Debian packages that are missing or too old. Asks apt for nothing
# if there are none.
install_packages() {
  local wanted name minimum status version missing=()
  for wanted in "$@"; do
    name=${wanted%%'>='*}
    minimum=${wanted#"$name"}
    minimum=${minimum#'>='}
    read -r status version < <(dpkg-query -W -f='${db:Status-Status} ${Version}\n' "$name" 2>/dev/null) || status=
    if [[ $status != installed ]] ||
      { [[ -n $minimum ]] && dpkg --compare-versions "$version" lt "$minimum"; }; then
      missing+=("$name")
    fi
  done
  ((${#missing[@]})) || return 0
  if ((EUID != 0)); then
    echo "These packages are missing: ${missing[*]}. As root: apt-get install ${missing[*]}" >&2
    return 1
  fi
  (
    # A server that is installed for a demo or a test is not to be started by the way.
    policy=/usr/sbin/policy-rc.d
    if [[ ! -e $policy ]]; then
      trap 'rm -f "$policy"' EXIT
      printf '#!/bin/sh\nexit 101\n' >"$policy"
      chmod 755 "$policy"
    fi
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q && apt-get install -q -y --no-install-recommends "${missing[@]}"
  ) || {
    echo "apt-get could not install: ${missing[*]}" >&2
    return 1
  }
}

# require_swift: says so where there is no Swift.
require_swift() {
  command -v swift >/dev/null && return 0
  echo 'swift is not in PATH. Studypost needs Swift 6.3 (https://www.swift.org/install).' >&2
  return 1
}
