#!/bin/sh
# train.sh HOME PROFILE [wait]: makes the start-up cache of a profile (short, batch, full, server, copy) by running the
# commands it is for, and notes which files it belongs to (see launch.sh). Ends with 0 if there is a cache that works, with 1 if there is
# none or another is at it. Prints nothing but errors.
assay_home=$(cd -P -- "$1" && pwd -P) || exit 1
profile=$2
. "$assay_home/lib/java.sh"
. "$assay_home/lib/launch.conf"
. "$assay_home/lib/launch.sh"

umask 077
find_java java || exit 1
set_profile "$profile"
find_cache_folder
[ -n "$cache_folder" ] || exit 1

# Only a folder of ours that nobody else can enter. It is touched once only: its times are part of what notes compare.
mkdir -p "${cache_folder%/*}" && { [ -d "$cache_folder" ] || mkdir "$cache_folder" 2>/dev/null || [ -d "$cache_folder" ]; } || exit 1
[ -O "$cache_folder" ] && [ ! -h "$cache_folder" ] || exit 1
# shellcheck disable=SC2012 # the mode only
case $(ls -ld -- "$cache_folder") in
  drwx------*) ;;
  *) chmod 700 "$cache_folder" || exit 1 ;;
esac
caches=$cache_folder/caches
note=$cache_folder/notes$assay_home/$profile
mkdir -p "$caches" "${note%/*}" || exit 1

# One at a time for one profile of one installation; a lock of ten minutes ago was left by somebody who is no more. Many
# commands may start while the first trains: that must cost them nothing. Whoever asked to wait, waits.
lock=$note.lock
waited=0
until mkdir "$lock" 2>/dev/null; do
  find "$lock" -prune -mmin +10 -exec rmdir {} + 2>/dev/null
  [ "${3:-}" = wait ] && [ "$waited" -lt 120 ] || exit 1
  waited=$((waited + 1))
  sleep 1
done
work=
trap 'rmdir "$lock" 2>/dev/null; [ -z "$work" ] || rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

digest() {
  if command -v sha256sum >/dev/null; then
    sha256sum -- "$@"
  elif command -v shasum >/dev/null; then
    shasum -a 256 -- "$@"
  else
    openssl dgst -sha256 -r -- "$@"
  fi
}

# The name of the cache: every byte of every jar, in class path order, and what else decides.
content() {
  set -- "$java_home/release"
  for jar in $jars; do
    set -- "$@" "$assay_home/lib/$jar"
  done
  digest "$@" && printf '%s\n' "$java_home" "$assay_home" "$flags"
}

# A cache works if the JVM, told to refuse to start without it, starts.
works() {
  # shellcheck disable=SC2086 # flags are words
  "$java_home/bin/java" $flags -XX:AOTMode=on "-XX:AOTCache=$1" -cp "$class_path" "-Dassay.home=$assay_home" \
    dev.assay.cli.Main version >/dev/null 2>&1
}

started=$(date +%s)
before=$(identities "$java_home/release") || exit 1
listing=$(content) || exit 1
key=$(printf '%s\n' "$listing" | digest /dev/stdin) || exit 1
key=${key%% *}
cache=$caches/$key.aot

work=$(mktemp -d "$caches/work.XXXXXX") || exit 1
if ! { [ -f "$cache" ] && works "$cache"; }; then
  mkdir "$work/folder"
  echo artifact >"$work/folder/artifact"
  echo other >"$work/folder/other"
  mkdir "$work/folder/several"
  for file in one two three; do echo $file >"$work/folder/several/$file"; done
  # shellcheck disable=SC2086
  nice -n "${ASSAY_TRAIN_NICE:-10}" "$java_home/bin/java" $flags "-XX:AOTCacheOutput=$work/new.aot" -cp "$class_path" \
    "-Dassay.home=$assay_home" dev.assay.cli.Training "$profile" "$work/folder" </dev/null >/dev/null 2>"$work/errors" ||
    { cat "$work/errors" >&2; exit 1; }
  [ -f "$work/new.aot" ] && works "$work/new.aot" || exit 1
  mv -f "$work/new.aot" "$cache" || exit 1
  # The oldest go; each is as large as thirty megabytes.
  # shellcheck disable=SC2012 # names are hexadecimal
  ls -t "$caches" | grep '\.aot$' | tail -n +13 | while read -r old; do rm -f "$caches/$old"; done
fi

# A change within the same tick of the file system's clock would leave the times alone: so the bytes are looked at again
# when all times are well in the past.
while [ $(($(date +%s) - started)) -lt 3 ]; do sleep 1; done
[ "$(identities "$java_home/release")" = "$before" ] && [ "$(content)" = "$listing" ] || exit 1
{
  printf '%s\n' "$cache" "$flags"
  identities "$cache"
} >"$work/note" && mv -f "$work/note" "$note"
