#!/bin/sh
# The completions in bash.
# shellcheck source=tests/support/completions.sh
. "$SOURCE_DIR/tests/support/completions.sh"
needs bash
needs_terminal

accepts "$PERPLEX_MANUAL" bash
mv out perplex.bash
bash -n perplex.bash || fail 'not the language of bash'

cat >rc <<'END'
bind 'set show-all-if-ambiguous on' 'set completion-query-items 1000' 'set page-completions off' 2>/dev/null
bind 'set bell-style none' 'set enable-bracketed-paste off' 2>/dev/null
. ./perplex.bash
perplex() { echo "$*" >>noted; }
END
: >noted
cat >listing <<'END'
perplex 	
perplex eval --un	
perplex eval --end 	
END
{ cat keys && echo 'mv noted noted.1' && cat listing; } >all-keys
what='bash at a terminal'
timeout 60 script -qec 'bash --noprofile --rcfile rc -i' /dev/null <all-keys >screen 2>&1 || fail "ends with $?"
mv noted.1 noted
check
shows 'compare  ' 'divergence  ' 'eval  ' '^--unit .*--unknown' '^auto .*none .*scored'

# Where readline does not cut words at "=" and ":".
cat >>rc <<'END'
COMP_WORDBREAKS=${COMP_WORDBREAKS//[=:]/}
END
: >noted
what='bash at a terminal, with other word breaks'
timeout 60 script -qec 'bash --noprofile --rcfile rc -i' /dev/null <keys >screen 2>&1 || fail "ends with $?"
check

finish
