# Finds a JDK 25 or later without starting one: every JDK's `release` file says what it is. POSIX sh; sourced.

# Is there in folder $1 a Java of at least 25 with the tool $2 (java or javac)? Sets java_major.
java_suits() {
  [ -x "$1/bin/$2" ] && [ -r "$1/release" ] || return 1
  java_major=
  while IFS='=' read -r release_key release_value || [ -n "$release_key" ]; do
    if [ "$release_key" = JAVA_VERSION ]; then
      release_value=${release_value#\"}
      java_major=${release_value%%[!0-9]*}
      break
    fi
  done <"$1/release"
  case $java_major in
    [2-9][0-9] | [1-9][0-9][0-9]) [ "$java_major" -ge 25 ] ;;
    *) return 1 ;;
  esac
}

# Sets java_home for the tool $1 (java or javac): JAVA_HOME, then what PATH finds, then the usual folders, where 25
# itself comes before anything later.
find_java() {
  java_home=${JAVA_HOME:-}
  [ -n "$java_home" ] && java_suits "$java_home" "$1" && return 0
  if java_home=$(command -v java); then
    if [ -h "$java_home" ]; then
      java_home=$(readlink -f -- "$java_home" 2>/dev/null) || java_home=
    fi
    java_home=${java_home%/bin/java}
    [ -n "$java_home" ] && java_suits "$java_home" "$1" && return 0
  fi
  later_java=
  for java_home in \
    /usr/lib/jvm/* /usr/lib64/jvm/* /usr/java/* /opt/java/* /opt/jdk* /opt/*jdk* /opt/* \
    "${HOME:-/nonexistent}"/.sdkman/candidates/java/* \
    "${HOME:-/nonexistent}"/.jdks/* \
    "${HOME:-/nonexistent}"/.asdf/installs/java/* \
    "${HOME:-/nonexistent}"/.local/share/mise/installs/java/* \
    "${HOME:-/nonexistent}"/Library/Java/JavaVirtualMachines/*/Contents/Home \
    /Library/Java/JavaVirtualMachines/*/Contents/Home \
    /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
    /usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
    /home/linuxbrew/.linuxbrew/opt/openjdk*/libexec; do
    if java_suits "$java_home" "$1"; then
      [ "$java_major" -eq 25 ] && return 0
      [ -n "$later_java" ] || later_java=$java_home
    fi
  done
  java_home=$later_java
  [ -n "$java_home" ] && java_suits "$java_home" "$1"
}

# What to install, for the one line that says so.
java_advice() {
  if [ -d /System/Library/CoreServices ]; then
    echo "a JDK 25 (brew install openjdk@25, or set JAVA_HOME to one)"
  else
    echo "a JDK 25 (your distribution's openjdk-25-jdk or temurin-25-jdk, or set JAVA_HOME to one)"
  fi
}
