#!/bin/sh
# Installs the build, and uses what was installed as others would: headers alone, package files, pkg-config.
#
#     install.sh CMAKE CC      (BUILD_DIR, SOURCE_DIR, TEST_DATA_DIR in the environment)
set -eu
cmake=$1
cc=$2
here=$SOURCE_DIR/tests/install
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT

fail() {
    echo "install: $*" >&2
    exit 1
}

# check PROGRAM: it knows the library's version, and opens models that have 5 and 7 types.
check() {
    "$1" "$TEST_DATA_DIR/models/tiny.table.safetensors" "$TEST_DATA_DIR/models/tiny.factored.safetensors" >"$work/output" ||
        fail "$1 has failed"
    printf '5\n7\n' | cmp - "$work/output" || fail "$1 has opened something else"
}

"$cmake" --install "$BUILD_DIR" --prefix "$work/prefix" >/dev/null
# Not where it was configured to go: what is installed must not remember that place, nor the build.
mv "$work/prefix" "$work/moved"
prefix=$work/moved
grep -rlF -e "$BUILD_DIR" -e "$SOURCE_DIR" "$prefix" --include='*.cmake' --include='*.pc' --include='*.h' &&
    fail "an installed file names the build"
"$prefix/bin/perplex" --version >/dev/null || fail "the installed program does not run"

for file in man/man1/perplex.1 bash-completion/completions/perplex zsh/site-functions/_perplex \
    fish/vendor_completions.d/perplex.fish; do
    [ -s "$prefix/share/$file" ] || fail "$file is not installed"
done
[ ! -e "$prefix/bin/perplex-manual" ] || fail "a tool of the build is installed"

library=$(find "$prefix" -name libperplex.so)
nm -D --defined-only "$library" | awk '$3 !~ /^plx_/ { print; bad = 1 } END { exit bad }' ||
    fail "the library exports names that are not its own"

for header in "$prefix"/include/perplex/*.h; do
    printf '#include <perplex/%s>\nint main(void) { return 0; }\n' "${header##*/}" >"$work/header.c"
    "$cc" -std=c11 -Wall -Wextra -Wpedantic -Werror -I"$prefix/include" -fsyntax-only "$work/header.c" ||
        fail "${header##*/} cannot be included alone"
done

build_consumer() {
    "$cmake" -S "$here" -B "$work/$1" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_C_COMPILER="$cc" -DKIND="$1" &&
        "$cmake" --build "$work/$1"
}
for kind in shared static; do
    build_consumer $kind >"$work/log" 2>&1 || {
        cat "$work/log"
        fail "the package file does not serve, $kind"
    }
    check "$work/$kind/consumer"
done

PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name perplex.pc)")
export PKG_CONFIG_PATH
flags=$(pkg-config --cflags --libs perplex) || fail "pkg-config does not find perplex"
# shellcheck disable=SC2086 # a list of flags
"$cc" -o "$work/consumer" "$here/consumer.c" $flags || fail "pkg-config's flags do not serve"
LD_LIBRARY_PATH=$(dirname "$library")
export LD_LIBRARY_PATH
check "$work/consumer"
