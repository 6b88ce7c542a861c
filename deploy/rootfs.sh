#!/bin/sh
# Assembles the image's root file system in DEST, out of this machine's Node and the built checkout:
#   sh deploy/rootfs.sh DEST [NODE_MODULES]
# NODE_MODULES are the packages of run time (npm ci --omit=dev). There is no shell in it, and no package manager.
set -eu
dest=$1 modules=${2:-node_modules}
cd "$(dirname "$0")/.."
[ -f dist/cli/main.js ] || { echo 'rootfs.sh: build first: npm run build' >&2; exit 2; }

node=$(node --print process.execPath)
mkdir -p "$dest/usr/bin" "$dest/etc" "$dest/opt/headend" "$dest/var/lib/headend" "$dest/run" "$dest/tmp" "$dest/proc" "$dest/sys" "$dest/dev"
cp "$node" "$dest/usr/bin/node"

cp -R dist package.json LICENSE "$dest/opt/headend/"
cp -R "$modules" "$dest/opt/headend/node_modules"
rm -rf "$dest/opt/headend/node_modules/.bin" "$dest/opt/headend/node_modules/.package-lock.json"
# What only a person or a compiler reads, and add-ons for other versions of Node or another C library; licences stay.
find "$dest/opt/headend" -type f \( -name '*.map' -o -name '*.ts' -o -name '*.md' -o -name '*musl.node' \) -delete
find "$dest/opt/headend" -type f -name '*.abi*.node' ! -name "*.abi$(node --print process.versions.modules).*" -delete

# Shared objects of Node and of the add-ons, where their loader looks for them.
{
  echo "$node"
  find "$dest/opt/headend/node_modules" -name '*.node'
} | xargs ldd | sed -n 's/^[[:space:]].*=> \(\/[^ ]*\).*/\1/p; s/^[[:space:]]*\(\/[^ ]*\) (.*/\1/p' | sort -u |
  while read -r object; do
    mkdir -p "$dest$(dirname "$object")"
    cp -L "$object" "$dest$object"
  done

printf '#!/usr/bin/node\nimport("/opt/headend/dist/cli/main.js");\n' >"$dest/usr/bin/headend"
chmod 755 "$dest/usr/bin/headend"

# The user: no name service is there to know it otherwise.
printf 'root:x:0:0:root:/:/nonexistent\nheadend:x:65532:65532:headend:/var/lib/headend:/nonexistent\n' >"$dest/etc/passwd"
printf 'root:x:0:\nheadend:x:65532:\n' >"$dest/etc/group"
chown 65532:65532 "$dest/var/lib/headend"
chmod 700 "$dest/var/lib/headend"
chmod 1777 "$dest/tmp"
