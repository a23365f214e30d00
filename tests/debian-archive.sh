# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Packages of any Debian suite, fetched without touching the machine's apt. To be sourced by what defines
# say(), which takes a sentence to stderr, and die(), which also ends.

# Derivatives such as Ubuntu name no Debian mirror in apt's configuration; debootstrap's scripts do.
debian_mirror() {
  local mirror=${GOHTTPSNOOP_DEBIAN_MIRROR-}
  [[ -n $mirror ]] || mirror=$(
    # shellcheck disable=SC1091
    . /etc/os-release
    # shellcheck disable=SC2016
    apt-get indextargets --no-release-info --format '$(RELEASE) $(REPO_URI)' 'Identifier: Packages' |
      awk -v id="$ID" -v release="${VERSION_CODENAME-}" \
        'id == "debian" && ($1 == release || $1 ~ /^(stable|oldstable|testing|sid|unstable)$/) && $2 !~ /^cdrom:/ { print $2; exit }'
  )
  [[ -n $mirror || ! -r /usr/share/debootstrap/scripts/sid ]] ||
    mirror=$(awk '$1 == "default_mirror" { print $2; exit }' /usr/share/debootstrap/scripts/sid)
  [[ -n $mirror ]] || die "apt is set up with no Debian mirror: set GOHTTPSNOOP_DEBIAN_MIRROR, or install debootstrap, whose default is then taken"
  echo "${mirror%/}"
}

debian_keyring() {
  local file
  for file in /usr/share/keyrings/debian-archive-keyring.{gpg,pgp}; do
    [[ -r $file ]] && echo "$file" && return
  done
  die "no Debian archive keyring: install the package debian-archive-keyring"
}

# A private apt state in folder $1. Of the machine's configuration it keeps how to
# reach the network (proxies, certificates), not its hooks, lists or sources.
prepare_apt() {
  local state=$1
  mkdir -p "$state"/{lists/partial,archives/partial,parts,empty}
  : >"$state/status"
  { apt-config dump | grep -i '^Acquire::' | grep -vi '^Acquire::IndexTargets' || true; } >"$state/parts/machine"
  cat >"$state/apt.conf" <<END
Dir::Etc::parts "$state/parts";
Dir::Etc::main "/dev/null";
Dir::Etc::sourcelist "$state/sources.list";
Dir::Etc::sourceparts "$state/empty";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "$state/empty";
Dir::State "$state";
Dir::State::lists "$state/lists";
Dir::State::status "$state/status";
Dir::Cache "$state";
APT::Sandbox::User "root";
APT::Architecture "$(dpkg --print-architecture)";
Acquire::Languages "none";
END
}

# apt-get fails loudly, but is silent when it works.
quiet_apt() {
  local log
  log=$(APT_CONFIG=$1/apt.conf apt-get -q "${@:2}" 2>&1 </dev/null) || {
    printf '%s\n' "$log" >>"$1/log"
    return 1
  }
}

# Reads the package lists of suite $2 from the mirror or, for a suite that has
# been archived, from where mirrors keep those.
read_suite() {
  local state=$1 suite=$2 mirror=$3 keyring=$4 base
  for base in "$mirror" "${mirror%/*}/debian-archive/debian"; do
    echo "deb [signed-by=$keyring] $base $suite main" >"$state/sources.list"
    quiet_apt "$state" -o APT::Update::Error-Mode=any -o Acquire::Check-Valid-Until=false update && return
  done
  return 1
}
