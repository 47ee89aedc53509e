import type { Command } from "commander";

const NAME = "wan-failover";

/** Words to offer after a command: the commands within it and its options. */
interface Offer {
  /** The words before: `""`, `import`. */
  readonly after: string;
  readonly words: readonly Word[];
}

interface Word {
  readonly word: string;
  readonly says: string;
}

const offersOf = (command: Command, before: readonly string[] = []): Offer[] => [
  {
    after: before.join(" "),
    words: [
      ...command.commands.map((each) => ({ word: each.name(), says: each.description() })),
      ...command.options.flatMap(({ long, description }) => (long ? [{ word: long, says: description }] : [])),
    ],
  },
  ...command.commands.flatMap((each) => offersOf(each, [...before, each.name()])),
];

/** For bash-completion's folder. */
export const bashCompletion = (program: Command): string => `# bash completion for ${NAME}
_wan_failover() {
  local before="" word words
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ $word == -* ]] || before="\${before:+$before }$word"
  done
  case $before in
${offersOf(program)
  .map(
    ({ after, words }) =>
      `    ${after === "" ? '""' : `"${after}"*`}) words="${words.map(({ word }) => word).join(" ")}" ;;`,
  )
  .reverse()
  .join("\n")}
    *) words="" ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}")
  ((\${#COMPREPLY[@]})) || mapfile -t COMPREPLY < <(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}")
}
complete -F _wan_failover ${NAME}
`;

/** For zsh's vendor-completions. */
export const zshCompletion = (program: Command): string => `#compdef ${NAME}
local -a offers
local before="\${(j: :)\${(@)words[2,CURRENT-1]:#-*}}"
case $before in
${offersOf(program)
  .map(({ after, words }) => `  ${after === "" ? '""' : `"${after}"*`}) offers=(${words.map(zshWord).join(" ")}) ;;`)
  .reverse()
  .join("\n")}
esac
_describe '${NAME}' offers || _files
`;

const zshWord = ({ word, says }: Word): string => `'${word}:${says.replaceAll("'", "'\\''").replaceAll(":", "\\:")}'`;

/** For fish's vendor_completions.d. */
export const fishCompletion = (program: Command): string => `${offersOf(program).flatMap(fishLines).join("\n")}\n`;

const fishLines = ({ after, words }: Offer): string[] =>
  words.map(({ word, says }) => {
    const when = after === "" ? "__fish_use_subcommand" : `__fish_seen_subcommand_from ${after.split(" ").at(-1)}`;
    const what = word.startsWith("--") ? `-l ${word.slice(2)}` : `-a ${word}`;
    return `complete -c ${NAME} -n '${when}' ${what} -d '${says.replaceAll("'", "\\'")}'`;
  });
