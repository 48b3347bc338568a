#!/usr/bin/env bash
# run.sh CORPUS EVALUATE: unpack the corpus, scan all of it, hold the floors, delete it.
# It is live malware: it lies in a folder of its own, owner-only, outside every checkout, and only for the time being.
set -euo pipefail

corpus=$1
evaluate=$2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

[ -d "$corpus" ] || { echo "no corpus at $corpus" >&2; exit 2; }

work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
chmod 700 "$work"

python "$corpus/unpack.py" "$work/files"
python "$evaluate" \
    --tsv "$corpus/dev.tsv" --truth "$corpus/truth.jsonl" --files "$work/files" \
    --emoscan emoscan --with-passwords --jobs "${JOBS:-$(nproc)}" --json "$work/summary.json" --quiet
python "$here/check_floors.py" "$work/summary.json" "$here/floors.toml" ${UPDATE:+--update}
