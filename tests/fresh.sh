# SPDX-License-Identifier: MIT
# A fresh Debian in a folder of its own, by debootstrap. Sourced; needs repo, say, die, and root, the folder.
# shellcheck shell=bash

readonly cache=${GOHTTPSNOOP_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/gohttpsnoop}
readonly proxy_variables=(http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY)

# What can be mounted here can be left behind; in a mount namespace of our own it cannot.
enter_namespace() {
  [[ -z ${GOHTTPSNOOP_FRESH_MACHINE-} ]] || return 0
  ((EUID == 0)) || die "needs root, for chroot and mounts"
  command -v debootstrap >/dev/null || die "debootstrap is missing: apt-get install debootstrap"
  GOHTTPSNOOP_FRESH_MACHINE=1 exec unshare --mount --propagation private -- "$0" "$@"
}

debian_mirror() {
  [[ -n ${GOHTTPSNOOP_DEBIAN_MIRROR-} ]] && echo "$GOHTTPSNOOP_DEBIAN_MIRROR" && return
  # shellcheck disable=SC2016
  apt-get indextargets --no-release-info --format '$(RELEASE) $(REPO_URI)' 'Identifier: Packages' |
    awk '$1 !~ /-/ && $2 ~ /^https?:/ { print $2; exit }'
}

# apt's proxy serves debootstrap's downloads too.
apt_proxy() {
  local proxy=
  eval "$(apt-config shell proxy Acquire::http::Proxy)"
  [[ $proxy == DIRECT ]] || echo "$proxy"
}

# --- a pristine system ----------------------------------------------------------

make_pristine() {
  local suite=$1 tarball=$2 work mirror proxy
  mirror=$(debian_mirror)
  [[ -n $mirror ]] || die "apt is set up with no mirror: set GOHTTPSNOOP_DEBIAN_MIRROR"
  proxy=$(apt_proxy)
  mkdir -p "${tarball%/*}"
  work=$(mktemp -d "$tarball.XXXXXX")
  say "debootstrapping $suite"
  if ! http_proxy=${http_proxy-$proxy} debootstrap --variant=minbase "$suite" "$work/root" "$mirror" >"$work/log" 2>&1; then
    tail -n 20 "$work/log" >&2
    rm -rf --one-file-system -- "$work"
    die "debootstrap $suite failed"
  fi
  rm -f -- "$work/root"/var/cache/apt/archives/*.deb
  tar -C "$work/root" --numeric-owner -cf "$work/tar" .
  mv -- "$work/tar" "$tarball"
  rm -rf --one-file-system -- "$work"
}

# --- one machine ------------------------------------------------------------------

mount_kernel_folders() {
  local folder
  for folder in proc sys dev; do
    mount --rbind "/$folder" "$root/$folder"
  done
  # Where this machine has not mounted them, the fresh one would find them empty.
  mountpoint -q "$root/sys/fs/bpf" || mount -t bpf bpf "$root/sys/fs/bpf" 2>/dev/null || true
  mountpoint -q "$root/sys/kernel/tracing" || mount -t tracefs tracefs "$root/sys/kernel/tracing" 2>/dev/null || true
}

pass_network() {
  cp -L -- /etc/resolv.conf /etc/hosts "$root/etc/"
  apt-config dump | grep -iE '^Acquire::(http|https)::Proxy ' >"$root/etc/apt/apt.conf.d/90proxy" || true
}

clone_repo() {
  [[ -z $(git -C "$repo" status --porcelain) ]] || say "uncommitted changes stay behind: the machine gets what is committed"
  # Files of another owner are no danger in a throw-away machine.
  git -c safe.directory='*' clone --quiet --no-hardlinks -- "$repo" "$root/srv/gohttpsnoop"
}

# Before the folder becomes a disk.
unmount_kernel_folders() {
  local folder
  for folder in proc sys dev; do
    umount -R -l "$root/$folder"
    ! mountpoint -q "$root/$folder" || die "$root/$folder is still mounted"
  done
}

clean_up() {
  local folder
  for folder in proc sys dev; do
    umount -R -l "$root/$folder" 2>/dev/null || true
    # Never delete through a mount that stayed.
    ! mountpoint -q "$root/$folder" || {
      say "$root/$folder is still mounted: remove $root by hand"
      return
    }
  done
  rm -rf --one-file-system -- "$root"
}

inside() {
  local name environment=(HOME=/root TERM="${TERM:-dumb}" LANG=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin)
  for name in "${proxy_variables[@]}" GOHTTPSNOOP_TEST_GO CI; do
    [[ -z ${!name-} ]] || environment+=("$name=${!name}")
  done
  chroot "$root" env -i "${environment[@]}" sh -c 'cd /srv/gohttpsnoop && exec "$@"' sh "$@"
}

# Unpacks a fresh machine of suite $1 into $root, where it goes again when the script ends.
make_machine() {
  local tarball
  tarball=$cache/fresh/$1-$(dpkg --print-architecture).tar
  [[ -f $tarball ]] || make_pristine "$1" "$tarball"
  root=$(mktemp -d "${TMPDIR:-/tmp}/fresh-$1.XXXXXX")
  trap clean_up EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  tar -C "$root" --numeric-owner -xf "$tarball"
  mount_kernel_folders
  pass_network
  clone_repo
}
