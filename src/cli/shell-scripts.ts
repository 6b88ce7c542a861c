/** By shell: it asks headend what may be typed next. A candidate that ends in "/" or "=" is gone on with, without a space. */
export const SCRIPTS: Readonly<Record<string, string>> = {
  // Bash takes a word apart at "=" and ":", and replaces its last part only.
  bash: `# bash completion of headend
_headend() {
  local line="\${COMP_LINE:0:COMP_POINT}" text about current cut
  local -a words=()
  read -ra words <<< "$line"
  [[ $line == *[[:space:]] ]] && words+=("")
  current="\${words[-1]//\\\\/}"
  words[-1]="$current"
  cut="\${current%"\${current##*[=:]}"}"
  COMPREPLY=()
  while IFS=$'\\t' read -r text about; do
    [[ $text == *[/=] ]] || text+=' '
    COMPREPLY+=("\${text#"$cut"}")
  done < <("\${words[0]}" completion bash -- "\${words[@]:1}" 2> /dev/null)
  compopt -o nospace 2> /dev/null
}
complete -F _headend headend
`,
  zsh: `#compdef headend
_headend() {
  local text about
  local -a whole shown begun
  while IFS=$'\\t' read -r text about; do
    if [[ $text == */ || $text == *= ]]; then
      begun+=("$text")
    else
      whole+=("$text")
      shown+=("$text\${about:+  -- $about}")
    fi
  done < <("\${words[1]}" completion zsh -- "\${(@Q)words[2,CURRENT]}" 2> /dev/null)
  (( $#begun )) && compadd -S '' -- $begun
  (( $#whole )) && compadd -l -d shown -- $whole
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _headend "$@"; else compdef _headend headend; fi
`,
  fish: `# fish completion of headend
function __headend_candidates
  set -l words (commandline -opc)
  $words[1] completion fish -- $words[2..-1] (commandline -ct) 2> /dev/null
end
complete -c headend -f -a '(__headend_candidates)'
`,
};
