#!/usr/bin/env bash
# Brings in what Countersign needs on top of Rust, Node and git. Safe to run again: with everything
# in place it only looks, and takes a second.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: scripts/setup.sh [--for run|test|windows]... [--help]

Looks for what is missing and installs it: with apt-get where there is apt-get and the right to use it
(root, or sudo without a password). Elsewhere it prints the exact line to run and exits 1.

  --for run      what the app needs to be built and opened (default)
  --for test     the same, and a browser for the layout matrix
  --for windows  the cross compiler of `make check-windows`
  --help         this text

Rust 1.95 (rustup or a distribution's), Node (20.19 or later of 20, 22.13 or later of 22, or 24 and newer) and git are expected to be there.
TEXT
}

# Pinned: a 3.0 alpha is the newest published.
TAURI_DRIVER_VERSION=2.1.0

goals=()
while [ $# -gt 0 ]; do
  case "$1" in
    --for)
      [ $# -ge 2 ] || { usage >&2; exit 2; }
      case "$2" in
        run | test | windows) goals+=("$2") ;;
        *) echo "setup: there is no goal '$2'" >&2; exit 2 ;;
      esac
      shift 2
      ;;
    --help | -h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done
[ ${#goals[@]} -gt 0 ] || goals=(run)

root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"

wants() {
  local goal
  for goal in "${goals[@]}"; do [ "$goal" = "$1" ] && return 0; done
  return 1
}
has() { command -v "$1" >/dev/null 2>&1; }
say() { printf 'setup: %s\n' "$*"; }

# --- what is expected to be there -------------------------------------------------------------------
for tool in cargo node npm git; do
  if ! has "$tool"; then
    echo "setup: '$tool' is missing. Install Rust 1.95 or newer (https://rustup.rs), Node 20.19, 22.13, 24 or newer and git, then try again." >&2
    exit 1
  fi
done
# As the locked tools say it (`engines` in ui/package.json).
fits='const [major, minor] = process.versions.node.split(".").map(Number);
(major === 20 && minor >= 19) || (major === 22 && minor >= 13) || major >= 24'
if [ "$(node -p "$fits")" != true ]; then
  echo "setup: Node 20.19 or later of 20, 22.13 or later of 22, or 24 and newer is needed, this is $(node --version)." >&2
  exit 1
fi

# --- system packages --------------------------------------------------------------------------------
# A package is wanted only when the thing it brings is not there, whatever put it there.
packages=()
need() { # need PACKAGE COMMAND...: the package is missing when the command fails
  local package=$1
  shift
  "$@" >/dev/null 2>&1 || packages+=("$package")
}
need build-essential has cc
need build-essential has make
need pkg-config has pkg-config
if has pkg-config; then
  need libwebkit2gtk-4.1-dev pkg-config --exists webkit2gtk-4.1
  need librsvg2-dev pkg-config --exists librsvg-2.0
else
  packages+=(libwebkit2gtk-4.1-dev librsvg2-dev)
fi
need webkit2gtk-driver has WebKitWebDriver
need xvfb has Xvfb
if wants test; then
  has chromium || has chromium-browser || has google-chrome || packages+=(chromium)
  need chromium-driver has chromedriver
fi
if wants windows; then
  need gcc-mingw-w64-x86-64 has x86_64-w64-mingw32-gcc
fi

if [ ${#packages[@]} -gt 0 ]; then
  mapfile -t packages < <(printf '%s\n' "${packages[@]}" | sort -u)
  line="apt-get install -y --no-install-recommends ${packages[*]}"
  if has apt-get && [ "$(id -u)" -eq 0 ]; then
    as_root=()
  elif has apt-get && has sudo && sudo -n true 2>/dev/null; then
    as_root=(sudo)
  else
    echo "setup: these are missing: ${packages[*]}" >&2
    if has apt-get; then
      echo "setup: run this, then try again:  sudo $line" >&2
    else
      echo "setup: this system has no apt-get; on Debian 12 the line would be:  $line" >&2
    fi
    exit 1
  fi
  say "installing ${packages[*]}"
  export DEBIAN_FRONTEND=noninteractive
  "${as_root[@]}" apt-get update -q
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive $line
fi

# --- tools of our own, under target/ ----------------------------------------------------------------
driver=target/tools/bin/tauri-driver
if [ ! -x "$driver" ]; then
  say "building tauri-driver $TAURI_DRIVER_VERSION"
  cargo install --quiet --locked --root target/tools --target-dir target/tools/build \
    --version "$TAURI_DRIVER_VERSION" tauri-driver
  rm -rf target/tools/build
fi

if wants windows && has rustup && ! rustup target list --installed | grep -qx x86_64-pc-windows-gnu; then
  say "adding the Windows target"
  rustup target add x86_64-pc-windows-gnu
fi

# --- the pages' packages ----------------------------------------------------------------------------
stamp=ui/node_modules/.countersign-lock
if [ -f ui/package-lock.json ] && ! cmp -s ui/package-lock.json "$stamp"; then
  say "installing the pages' packages"
  (cd ui && npm ci --no-audit --no-fund)
  cp ui/package-lock.json "$stamp"
fi
say "ready"
