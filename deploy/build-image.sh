#!/bin/sh
# Builds the image without pulling one: the stage that compiles is made of Debian packages and this machine's Node.
#   sh deploy/build-image.sh [TAG]         needs root, podman, mmdebstrap
set -eu
tag=${1:-localhost/headend}
base=localhost/headend-build
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What `npm ci` and deploy/rootfs.sh call; nothing is configured, nothing is started.
if ! podman image exists "$base"; then
  mmdebstrap --quiet --variant=extract --mode=root \
    --include=dash,bash,coreutils,sed,findutils,libc-bin,libstdc++6,ca-certificates \
    "$(. /etc/os-release && echo "$VERSION_CODENAME")" "$work/base.tar"
  mkdir "$work/base"
  tar -C "$work/base" -xf "$work/base.tar"
  npm=$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")
  mkdir -p "$work/base/usr/local/bin" "$work/base/usr/lib/node_modules" "$work/base/tmp"
  cp "$(node --print process.execPath)" "$work/base/usr/local/bin/node"
  cp -R "$npm" "$work/base/usr/lib/node_modules/npm"
  ln -s ../../lib/node_modules/npm/bin/npm-cli.js "$work/base/usr/local/bin/npm"
  # A machine behind a proxy of its own trusts more than Debian does.
  trusted=${NODE_EXTRA_CA_CERTS:-/etc/ssl/certs/ca-certificates.crt}
  [ ! -f "$trusted" ] || { mkdir -p "$work/base/etc/ssl" && cp "$trusted" "$work/base/etc/ssl/trusted.crt"; }
  tar -C "$work/base" -c . | podman import --quiet \
    --change 'ENV HOME=/root' --change 'ENV npm_config_prefer_offline=true' \
    --change 'ENV NODE_EXTRA_CA_CERTS=/etc/ssl/trusted.crt' - "$base" >/dev/null
fi

# What npm has fetched for this checkout before is not fetched again.
cache=$(npm config get cache 2>/dev/null)
mkdir -p "$cache"
podman build --quiet --layers=false --format docker --network host --volume "$cache:/root/.npm" --build-arg "NODE=$base" \
  --file deploy/Containerfile --tag "$tag" .
