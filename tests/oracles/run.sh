#!/usr/bin/env bash
# run.sh CORPUS PYTHON: compare emoscan with the tools that PYTHON's environment holds; on the fixtures when there is no corpus.
# A corpus is live malware: it lies in a folder of its own, owner-only, outside every checkout, and only for the time being.
set -euo pipefail

corpus=$1
tools=$2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export PYTHONPATH="$here/..${PYTHONPATH:+:$PYTHONPATH}"

"$tools" "$here/tools.py" --versions
if [ ! -d "$corpus" ]; then
    echo "no corpus at $corpus: the fixtures"
    exec python "$here/compare.py" --python "$tools"
fi

work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
chmod 700 "$work"

python "$corpus/unpack.py" "$work/files"
python "$here/compare.py" --python "$tools" \
    --files "$work/files" --tsv "$corpus/dev.tsv" --truth "$corpus/truth.jsonl" ${SETS:+--sets "$SETS"}
