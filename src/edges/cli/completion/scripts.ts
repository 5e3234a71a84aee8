/** Shells for which there is a script. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

export type Shell = (typeof SHELLS)[number];

const BASH = `# Completion of switchboard for bash (3.2 or later).
# Load it from ~/.bashrc:  source <(switchboard completion bash)

_switchboard() {
  local line current="\${COMP_WORDS[COMP_CWORD]}"
  [[ $current == "=" ]] && current=""
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == ":files" ]]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r line; do
        COMPREPLY+=("$line")
      done < <(compgen -f -- "$current")
      return
    fi
    line="\${line%%$'\\t'*}"
    if [[ $COMP_WORDBREAKS == *=* && $line == --*=* ]]; then
      line="\${line#*=}"
    fi
    COMPREPLY+=("$line")
  done < <("\${COMP_WORDS[0]}" __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}

complete -F _switchboard switchboard
`;

const ZSH = `#compdef switchboard
# Completion of switchboard for zsh.
# Load it from ~/.zshrc, behind compinit:  source <(switchboard completion zsh)
# or keep it as _switchboard in a folder of $fpath.

_switchboard() {
  local line word about
  local -a candidates
  while IFS= read -r line; do
    if [[ $line == ":files" ]]; then
      compset -P '*='
      _files
      return
    fi
    word=\${line%%$'\\t'*}
    about=""
    [[ $line == *$'\\t'* ]] && about=\${line#*$'\\t'}
    candidates+=("\${word//:/\\\\:}\${about:+:$about}")
  done < <("\${words[1]}" __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  _describe 'switchboard' candidates
}

if [[ \${funcstack[1]} == _switchboard ]]; then
  _switchboard "$@"
else
  compdef _switchboard switchboard
fi
`;

const FISH = `# Completion of switchboard for fish.
# Load it:  switchboard completion fish | source
# or keep it as ~/.config/fish/completions/switchboard.fish

function __switchboard_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l found ($words[1] __complete -- $words[2..-1] "$current" 2>/dev/null)
    if test "$found[1]" = ":files"
        __fish_complete_path (string replace -r '^--[^=]+=' '' -- "$current")
    else
        string join \\n -- $found
    end
end

complete -c switchboard -f -a '(__switchboard_complete)'
`;

/** What a shell must load to complete our command line; the words come from `switchboard __complete`. */
export const COMPLETION_SCRIPTS = { bash: BASH, zsh: ZSH, fish: FISH } as const satisfies Record<
  Shell,
  string
>;
