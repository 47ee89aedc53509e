# bash completion for wan-failover
_wan_failover() {
  local before="" word words
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ $word == -* ]] || before="${before:+$before }$word"
  done
  case $before in
    "token revoke"*) words="--json" ;;
    "token list"*) words="--json" ;;
    "token create"*) words="--scope --json" ;;
    "token"*) words="create list revoke" ;;
    "password"*) words="--json" ;;
    "demo"*) words="" ;;
    "detector"*) words="--stdio" ;;
    "reset"*) words="" ;;
    "replay"*) words="--config --tune --json" ;;
    "doctor"*) words="--config --json" ;;
    "wireguard-pair"*) words="--static --lan --uplink --lte --lte-address --lte-gateway --static-interface --static-key --box --prefix --inbound --tunnel --json" ;;
    "init"*) words="--config --yes" ;;
    "import"*) words="" ;;
    "check"*) words="--json" ;;
    "notify test"*) words="--json" ;;
    "notify"*) words="test" ;;
    "use"*) words="--json" ;;
    "failback"*) words="--json" ;;
    "test"*) words="--for --json" ;;
    "report"*) words="--month --html --csv --json" ;;
    "history"*) words="--since --json --csv" ;;
    "explain"*) words="--json" ;;
    "health"*) words="--json" ;;
    "status"*) words="--json --watch --astlinux" ;;
    "service"*) words="--config" ;;
    "run"*) words="--config" ;;
    "") words="run service status health explain history report test failback use notify check import init wireguard-pair doctor replay reset detector demo password token --version --socket" ;;
    *) words="" ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}")
  ((${#COMPREPLY[@]})) || mapfile -t COMPREPLY < <(compgen -f -- "${COMP_WORDS[COMP_CWORD]}")
}
complete -F _wan_failover wan-failover
