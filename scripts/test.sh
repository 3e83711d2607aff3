#!/usr/bin/env bash
# `make test`: every stage in the order that finds mistakes soonest, each timed, with the tests counted at the end.
set -uo pipefail
cd "$(dirname "$0")/.."

log=target/test-logs
rm -rf "$log"
mkdir -p "$log"
failed_stages=()

stage() { # stage NAME MAKE-TARGET
  local name=$1 target=$2 begun=$SECONDS
  printf '\n=== %s\n' "$name"
  if make --no-print-directory "$target" 2>&1 | tee "$log/$target.log"; then
    printf '=== %s: good, %d s\n' "$name" $((SECONDS - begun))
  else
    printf '=== %s: FAILED, %d s\n' "$name" $((SECONDS - begun))
    failed_stages+=("$name")
  fi
}

stage "building" build-tests
stage "page checks" lint-ui
stage "page tests" test-ui
stage "Rust tests" test-rust
stage "Rust lints" lint-rust
stage "simulated nights" test-nights
stage "a small night" test-night
stage "window stories" test-stories
stage "layout matrix" test-layout

# cargo: "test result: ok. 12 passed; 0 failed; …"; vitest: "      Tests  34 passed (34)".
count() { # count WORD
  sed -E 's/\x1b\[[0-9;]*m//g' "$log"/*.log | awk -v word="$1" '
    /^test result: |^ +Tests / {
      for (i = 2; i <= NF; i++) if (index($i, word) == 1 && $(i-1) ~ /^[0-9]+$/) n += $(i-1)
    }
    END { print n + 0 }'
}
passed=$(count passed)
failed=$(count failed)
if [ ${#failed_stages[@]} -gt 0 ]; then
  printf '\nfailed: %s\n' "${failed_stages[*]}"
  [ "$failed" -gt 0 ] || failed=${#failed_stages[@]}
fi
printf '\n%d passed, %d failed\n' "$passed" "$failed"
[ ${#failed_stages[@]} -eq 0 ] && [ "$passed" -gt 0 ]
