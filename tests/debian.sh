# SPDX-License-Identifier: MIT
# Fetching packages of any Debian suite, without touching the machine's apt. Sourced; needs say and die.
# shellcheck shell=bash

# shellcheck disable=SC2034
readonly cache=${GOHTTPSNOOP_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/gohttpsnoop}

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

# A private apt state in folder $1, for architecture $2 (default: the machine's). Of the machine's configuration
# it keeps how to reach the network (proxies, certificates), not its hooks, lists or sources.
prepare_apt() {
  local state=$1 architecture=${2-}
  [[ -n $architecture ]] || architecture=$(dpkg --print-architecture)
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
APT::Architecture "$architecture";
APT::Architectures { "$architecture"; };
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

# Reads the package lists of suite $2, or of several (words), from the mirror or, for suites that have
# been archived, from where mirrors keep those.
read_suite() {
  local state=$1 suites=$2 mirror=$3 keyring=$4 base
  for base in "$mirror" "${mirror%/*}/debian-archive/debian"; do
    # shellcheck disable=SC2086 # the suites are words
    printf "deb [signed-by=$keyring] $base %s main\n" $suites >"$state/sources.list"
    quiet_apt "$state" -o APT::Update::Error-Mode=any -o Acquire::Check-Valid-Until=false update && return
  done
  return 1
}

# What apt-get said when it failed.
tell_apt_log() { [[ ! -r $1/log ]] || while IFS= read -r line; do say "apt-get: $line"; done <"$1/log"; }
