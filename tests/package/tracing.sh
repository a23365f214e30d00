# SPDX-License-Identifier: MIT
# Traces a Go service in the folder of another machine. Sourced; needs repo, root (the folder) and die.
# shellcheck shell=bash

readonly patience=20 # seconds that a program may take to start
readonly go_release=1.24
readonly paths=(/ping /items '/items/7?currency=EUR' /items/42 /slow)

# Without the C library, so that it runs in any root.
build_shop() {
  local environment
  environment=$("$repo/tests/toolchain" --env "$go_release")
  (
    eval "$environment"
    CGO_ENABLED=0 go build -o "$1" "$repo/tests/go/shop/main.go"
  )
}

# Waits until the command that follows succeeds; $1 says what is waited for.
await() {
  local wanted=$1 i
  shift
  for ((i = 0; i < patience * 10; i++)); do
    "$@" && return
    sleep 0.1
  done
  die "$wanted: not within $patience s"
}

# Runs the service $1 and traces it with the command that follows, both in $root, with this machine's kernel and network.
trace_shop() (
  started=()
  trap 'kill -- "${started[@]}" 2>/dev/null || true' EXIT
  (exec chroot "$root" "$1") >"$root/run/shop.out" &
  started+=($!)
  await "the service" grep -qs 'listening on' "$root/run/shop.out"
  url=$(sed -n 's/^listening on //p' "$root/run/shop.out")
  shift
  (exec chroot "$root" "$@" --quiet --pid "${started[0]}" --json --count "${#paths[@]}") >"$root/run/traced" &
  started+=($!)
  await "tracing" grep -qs '"type":"attach"' "$root/run/traced"
  for path in "${paths[@]}"; do curl --silent --output /dev/null --noproxy '*' "$url$path"; done
  await "the end of tracing" eval '! kill -0 "${started[1]}" 2>/dev/null'
  wait "${started[1]}" || die "$1 ended with status $?"
  for path in "${paths[@]}"; do
    grep -qF "\"path\":\"${path%%\?*}\"" "$root/run/traced" || die "no event of $path"
  done
  say "traced ${#paths[@]} requests"
)
