# zsh -f complete.zsh DIRECTORY: complete each line of standard input as a terminal would, with the functions in DIRECTORY; prints the
# line, ' -> ' and the candidates.
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z "PROMPT= PS2=; stty -echo; fpath=(${(q)1} \$fpath); autoload -Uz compinit; compinit -u -D"
# What is offered goes through compadd, which says with -O what of it fits.
zpty -w z 'compadd() {
	local -a fits
	if [[ ${@[1,(i)(-|--)]} != *-[OAD]* ]]; then builtin compadd -O fits "$@"; (( ! $#fits )) || offered+=($fits); fi
	builtin compadd "$@"
}'
zpty -w z 'typeset -a offered
	offer() { offered=(); _main_complete; print -r -- "<<${(u)offered}>>"; compstate[insert]= compstate[list]= }
	zle -C offer complete-word offer; bindkey "^I" offer; bindkey "^U" kill-whole-line; print RE""ADY'
zpty -r z said '*READY*'
while IFS= read -r line; do
	zpty -w -n z "$line"$'\t'
	zpty -r z said '*<<*>>*' || exit 1
	said=${said//[$'\r\n']/}
	print -r -- "$line -> ${${said##*<<}%%>>*}"
	zpty -w -n z $'\C-u'
done
zpty -d z
