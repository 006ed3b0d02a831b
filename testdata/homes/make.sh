#!/usr/bin/env bash
# Makes the homes of two parties with the program of an earlier step, for the test that opens them with this one.
# usage: make.sh PROGRAM STEP FILE.tar.gz      the program is built from the commit that README.md names
set -euo pipefail
program=$(realpath "$1") step=$2 out=$(realpath "$(dirname "$3")")/$(basename "$3")
folder=$(mktemp -d)
cd "$folder"
run() { "$program" --quiet "$@" >/dev/null; }
sync() {
  run sync out --to "cert-$2" -o packet --home "$1"
  run sync in packet --home "$2"
}

printf '192.0.2.1\ncommon-one.example\ncommon-two.example\n1.2.3.4\nours-alone.example\n' >ours.txt
printf 'common-one.example\ncommon-two.example\n1.2.3.4\ntheirs-alone.example\n' >theirs.txt
run init CERT-A --home a
run init CERT-B --home b
for home in a b; do "$program" card --home $home >$home.card; done
run peer add b.card --words "$("$program" card --words --home b)" --compared call --home a
run peer add a.card --words "$("$program" card --words --home a)" --compared call --home b

if [ "$step" -ge 3 ]; then
  for home in a b; do run accord offer -o $home.offer --home $home; done
  run accord new --with b.offer --ours a.offer -o charter --home a
  for home in a b; do run accord sign charter --yes --home $home; done
  sync a b
  sync b a
fi
run ask ours.txt --peer cert-b --purpose upgrade --yes -o ask --home a
run answer ask theirs.txt --yes -o answer --home b
run open answer --yes -o result --home a
run receipt add result --home b
# One ask that waits for its answer.
run ask ours.txt --peer cert-b --purpose waiting --yes -o waiting --home a
if [ "$step" -ge 3 ]; then sync a b; sync b a; fi
if [ "$step" -ge 4 ]; then
  run inquire --to cert-b --kind incident --text "Was it you?" --without-prejudice --yes --home a
  sync a b
  sync b a
fi
tar --sort=name --owner=0 --group=0 --numeric-owner -czf "$out" a b waiting theirs.txt
rm -rf "$folder"
