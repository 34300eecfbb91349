import type { Answer, Context } from '../context.ts';
import { usage } from '../options.ts';
import { GLOBAL_OPTIONS, VERBS } from '../verbs.ts';
import type { VerbSpec } from '../verbs/verb-spec.ts';

/** `reeve completion SHELL`: the completion script of bash, zsh or fish, made from the table of verbs. */
export async function completion(_: Context, [shell = '']: readonly string[]): Promise<Answer> {
  const script = SCRIPTS.get(shell);
  if (script === undefined) {
    throw usage(`There is no completion for ${shell}.`, `Accepted: ${[...SCRIPTS.keys()].join(', ')}.`);
  }
  const lines = script();
  return { data: { shell, script: lines.join('\n') }, text: () => lines };
}

const SCRIPTS: ReadonlyMap<string, () => readonly string[]> = new Map([
  ['bash', bashScript],
  ['zsh', zshScript],
  ['fish', fishScript],
]);

function bashScript(): readonly string[] {
  const cases = VERBS.map((verb) => `    ${verb.name}) words="${longFlags(verb).join(' ')}" ;;`);
  return [
    '# reeve completion for bash; load it with: source <(reeve completion bash)',
    '_reeve() {',
    '  local word="${COMP_WORDS[COMP_CWORD]}" words="" verb="" i',
    '  for ((i = 1; i < COMP_CWORD; i++)); do',
    '    case "${COMP_WORDS[i]}" in -*) ;; *) verb="${COMP_WORDS[i]}"; break ;; esac',
    '  done',
    '  case "$verb" in',
    `    "") words="${[...VERBS.map(({ name }) => name), '--help', '--version'].join(' ')}" ;;`,
    ...cases,
    '  esac',
    '  if [[ -n "$verb" && "$word" != -* ]]; then COMPREPLY=($(compgen -f -- "$word"))',
    '  else COMPREPLY=($(compgen -W "$words" -- "$word")); fi',
    '}',
    'complete -o filenames -F _reeve reeve',
  ];
}

function zshScript(): readonly string[] {
  const cases = VERBS.map((verb) => {
    const flags = allOptions(verb).map(([flags, text]) => `'${longFlag(flags)}[${zshText(text)}]'`);
    return `    ${verb.name}) _arguments ${flags.join(' ')} '*:file:_files' ;;`;
  });
  return [
    '#compdef reeve',
    '# reeve completion for zsh; load it with: source <(reeve completion zsh)',
    '_reeve() {',
    '  local -a verbs',
    `  verbs=(${VERBS.map(({ name, summary }) => `'${name}:${zshText(summary)}'`).join(' ')})`,
    '  if (( CURRENT == 2 )); then _describe verb verbs; return; fi',
    '  shift words; (( CURRENT-- ))',
    '  case "$words[1]" in',
    ...cases,
    '  esac',
    '}',
    'compdef _reeve reeve',
  ];
}

function fishScript(): readonly string[] {
  const verbs = VERBS.map(({ name, summary }) => {
    return `complete -c reeve -n __fish_use_subcommand -f -a ${name} -d '${fishText(summary)}'`;
  });
  const options = VERBS.flatMap((verb) => {
    return allOptions(verb).map(([flags, text]) => {
      const flag = longFlag(flags).slice(2);
      const takes = flags.includes('<') ? ' -r' : '';
      return `complete -c reeve -n '__fish_seen_subcommand_from ${verb.name}' -l ${flag}${takes} -d '${fishText(text)}'`;
    });
  });
  return ['# reeve completion for fish', ...verbs, ...options];
}

function allOptions(verb: VerbSpec): readonly (readonly [string, string])[] {
  return [...verb.options, ...GLOBAL_OPTIONS];
}

function longFlags(verb: VerbSpec): readonly string[] {
  return [...allOptions(verb).map(([flags]) => longFlag(flags)), '--help'];
}

/** `-f, --follow` → `--follow`. */
function longFlag(flags: string): string {
  return /--[a-z-]+/.exec(flags)?.[0] ?? flags;
}

function zshText(text: string): string {
  return text.replaceAll("'", "'\\''").replaceAll(':', '\\:').replaceAll(/[[\]]/g, '\\$&');
}

function fishText(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
}
