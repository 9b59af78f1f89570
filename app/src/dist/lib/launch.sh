# Which Java, which class path, which flags, which start-up cache. POSIX sh; sourced by bin/assay and lib/train.sh,
# after java.sh and launch.conf, with assay_home set.
#
# The start-up cache (an AOT cache of the JVM) holds classes already read and linked. The JVM itself would accept a cache
# whose jars have the size and time of the jars it was made of, and would then run the old classes. So a cache is named by
# the SHA-256 of every byte of every jar, the JDK's `release` file and the flags, and to know that name without reading
# twelve megabytes at each start, a small note beside it says which files those were: device, inode, size, time of
# modification and time of status change (which no ordinary program can set back), owner and mode. If one of these
# differs, the cache is not used and lib/train.sh looks at the bytes, in the background. Caches lie in a folder only this
# user can write to: who can write there decides what runs.

# Sets profile, jars and flags for the command line "$@".
choose_profile() {
  profile=
  for words in "${1:-} ${2:-} ${3:-}" "${1:-} ${2:-}" "${1:-}"; do
    case $short_commands in *"|$words|"*) profile=short ;; esac
    case $server_commands in *"|$words|"*) profile=server ;; esac
    case $copy_commands in *"|$words|"*) profile=copy ;; esac
    [ -z "$profile" ] || break
  done
  profile=${profile:-full}
  # Many files are worth the full compiler, which costs a few hundred more than it saves.
  if [ "$profile ${1:-}" = 'short verify' ]; then
    for argument; do
      [ -d "$argument" ] && ! holds_few "$argument" && profile=batch
    done
  fi
  # A ledger's history is asked of its index, which is a database.
  case $profile in
    short | batch) [ -z "${ASSAY_LEDGER:-}" ] || profile=full ;;
  esac
  case ${1:-} in
    '' | -*) profile=short ;;
  esac
  # Help is rendered when the product is built: nothing but the page is loaded.
  for argument; do
    case $argument in
      --ledger | --ledger=*) [ "$profile" = server ] || profile=full ;;
      --help | -h) profile=short ;;
      --) break ;;
    esac
  done
  set_profile "$profile"
}

# Whether a folder holds no more than some hundred files, and no folders.
holds_few() {
  for entry in "$1"/*/; do
    [ ! -d "$entry" ] || return 1
  done
  set -- "$1"/*
  [ "$#" -le 600 ]
}

# The native provider's jar for this machine, after a space; nothing where there is none.
native_jar() {
  case $(uname -s -m 2>/dev/null) in
    'Linux x86_64') echo " $native_linux_x86_64" ;;
    'Linux aarch64') echo " $native_linux_aarch64" ;;
  esac
}

set_profile() {
  flags='-XX:+UseSerialGC -XX:+UseCompactObjectHeaders -XX:-UsePerfData -XX:+DisplayVMOutputToStderr -Xlog:disable'
  # A later Java may have dropped a flag; that is no reason to fail.
  [ "$java_major" -eq 25 ] || flags="$flags -XX:+IgnoreUnrecognizedVMOptions"
  case $1 in
    short) jars=$short_jars flags="$flags -XX:TieredStopAtLevel=1" ;;
    # What a file needs is garbage at once: young objects get as much room as they need and no more.
    batch) jars="$short_jars$(native_jar)" flags="$flags -Xms64m -Xmn40m --enable-native-access=ALL-UNNAMED" ;;
    full) jars="$short_jars $other_jars" flags="$flags -XX:TieredStopAtLevel=1 --enable-native-access=ALL-UNNAMED" ;;
    server) jars="$short_jars $other_jars$(native_jar)" flags="$flags --enable-native-access=ALL-UNNAMED" ;;
    # Gigabytes pass through in small pieces: a large young generation would only fill with them.
    # What arrives is read in large pieces: the JDK takes 16 kB at a time otherwise, which costs as much as the hashing.
    copy) jars=$short_jars flags="$flags -XX:InitialHeapSize=64m -XX:NewSize=16m -Djdk.httpclient.bufsize=262144" ;;
  esac
  class_path=
  for jar in $jars; do
    class_path="$class_path${class_path:+:}$assay_home/lib/$jar"
  done
}

# Sets cache_folder, or leaves it empty where there is to be no cache.
find_cache_folder() {
  cache_folder=
  # Options from the environment may change what the JVM does (agents, debuggers): then no cache, and nothing is trained.
  [ -z "${JAVA_TOOL_OPTIONS:-}${JDK_JAVA_OPTIONS:-}${_JAVA_OPTIONS:-}${ASSAY_JAVA_OPTIONS:-}" ] || return
  [ "${ASSAY_AOT:-}" != off ] || return
  if [ -n "${ASSAY_HOME:-}" ]; then
    cache_folder=$ASSAY_HOME/cache
  elif [ -z "${HOME:-}" ]; then
    return
  elif [ -d /System/Library/CoreServices ]; then
    cache_folder=$HOME/Library/Caches/assay
  else
    cache_folder=${XDG_CACHE_HOME:-$HOME/.cache}/assay
  fi
  case $cache_folder in
    /*) cache_folder=$cache_folder/start ;;
    *) cache_folder= ;;
  esac
}

# One line for each file that decides whether the cache $1 may be used; fails if one is missing.
identities() {
  set -- "$cache_folder" "$1" "$java_home/release"
  for jar in $jars; do
    set -- "$@" "$assay_home/lib/$jar"
  done
  if [ -d /System/Library/CoreServices ]; then
    LC_ALL=C /usr/bin/stat -L -f '%HT %u %Lp %d %i %z %Fm %Fc' "$@" 2>/dev/null
  else
    LC_ALL=C stat -L -c '%F %u %a %d %i %s %y %z' -- "$@" 2>/dev/null
  fi
}

# Sets cache to the cache that belongs to exactly these files, or leaves it empty.
find_cache() {
  cache=
  note=$cache_folder/notes$assay_home/$profile
  [ -f "$note" ] && [ -O "$cache_folder" ] || return
  noted_flags= noted=
  {
    IFS= read -r cache && IFS= read -r noted_flags
    while IFS= read -r line; do
      noted="$noted$line
"
    done
  } <"$note" 2>/dev/null
  # Its first line is about the cache folder itself: type, owner, mode.
  # shellcheck disable=SC2086 # words
  set -- ${noted%%
*}
  [ "${3:-}" = 700 ] || noted=
  if [ "$noted_flags" != "$flags" ] || [ "$noted" != "$(identities "$cache")
" ]; then
    cache=
  fi
}

launch() {
  case $assay_home in
    *:*)
      echo "error: assay cannot run from $assay_home: a class path cannot hold a folder with a colon in its name" >&2
      exit 2
      ;;
  esac
  if ! find_java java; then
    echo "error: assay needs $(java_advice)" >&2
    exit 2
  fi
  choose_profile "$@"
  # Without a locale Java would take file names and arguments for ASCII.
  [ -n "${LC_ALL:-}${LC_CTYPE:-}${LANG:-}" ] || export LC_CTYPE=C.UTF-8
  find_cache_folder
  if [ -n "$cache_folder" ]; then
    find_cache
    if [ -n "$cache" ]; then
      # shellcheck disable=SC2086 # flags are words
      exec "$java_home/bin/java" $flags "-XX:AOTCache=$cache" -cp "$class_path" \
        "-Dassay.home=$assay_home" "-Dassay.profile=$profile" dev.assay.cli.Main "$@"
    fi
    # Where every run is the first one (CI), training would cost more than it brings.
    if [ -z "${CI:-}" ]; then
      sh "$assay_home/lib/train.sh" "$assay_home" "$profile" </dev/null >/dev/null 2>&1 &
    fi
  fi
  # shellcheck disable=SC2086
  exec "$java_home/bin/java" $flags ${ASSAY_JAVA_OPTIONS:-} -cp "$class_path" \
    "-Dassay.home=$assay_home" "-Dassay.profile=$profile" dev.assay.cli.Main "$@"
}
