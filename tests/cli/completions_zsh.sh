#!/bin/sh
# The completions in zsh.
# shellcheck source=tests/support/completions.sh
. "$SOURCE_DIR/tests/support/completions.sh"
needs zsh
needs_terminal

mkdir site
accepts "$PERPLEX_MANUAL" zsh
mv out site/_perplex
zsh -n site/_perplex || fail 'not the language of zsh'

mkdir home
cat >home/.zshrc <<'END'
fpath=($PWD/site $fpath)
autoload -Uz compinit
compinit -u -d $PWD/home/dump
unsetopt beep prompt_cr prompt_sp
setopt no_glob
perplex() { echo "$*" >>noted }
END
: >noted
cat >listing <<'END'
perplex 	
perplex eval --un	
perplex eval --end 	
END
{ cat keys && echo 'mv noted noted.1' && cat listing && echo exit; } >all-keys
what='zsh at a terminal'
ZDOTDIR=$work/home timeout 60 script -qec 'zsh -i' /dev/null <all-keys >screen 2>&1 || fail "ends with $?"
mv noted.1 noted
# This shell puts "=" behind an option that it completes.
sed -i 's/\(--protocol\|--unit\) \(hf\|doc\)/\1=\2/' wanted
check
shows 'eval .*-- Score a corpus' 'formats .*-- List' '--unit .*-- context' '--unknown .*-- unknown' \
    'auto .*none .*scored'

finish
