import { createProblem } from './problem-codes.ts';
import type { ProblemCode } from './problem-codes.ts';
import type { Parsed, Problem } from './problem.ts';

/*
 * Quoting of POSIX.1-2024 XCU 2.2 and nothing else: no expansion, no operators. The shlex package was tried and set
 * aside: it removes backslashes from single-quoted text that a double-quoted one follows ('a\\b'"c"), keeps them in
 * "\$", and does not tell which characters were quoted, so operators could not be found.
 */

/** What a shell acts on outside quotes: operators, redirections, subshells, command substitution. */
const OPERATOR = /^(?:&&|\|\||>>|<<|\$\(|[&|;<>()`\n])/;
const BLANK = /[ \t]/;
/** What a backslash escapes inside double quotes; before anything else it stands for itself. */
const ESCAPED_IN_QUOTES: ReadonlySet<string> = new Set(['$', '`', '"', '\\']);

const SHELL_HINT = "Give each command its own entry, or write sh -c '…' to use a shell knowingly.";

/**
 * Splits a command line into the arguments that a POSIX shell would make of it, without a shell.
 *
 * Problems: nothing there, an open quote, shell operators, `$(…)`, comments, `NAME=value` before the program.
 * Warnings: parts that a shell would expand (`$NAME`, `*`, `~`), which are passed on as they stand.
 *
 * @param pointer where the command stands in its document; default: the document itself
 */
export function parseCommandLine(line: string, pointer = ''): Parsed<readonly string[]> {
  const scan = scanWords(line);
  const problems: Problem[] = [];
  const report = (code: ProblemCode, message: string, hint?: string) => {
    problems.push(createProblem(code, pointer, message, hint));
  };
  const program = scan.words.at(0);
  if (scan.openQuote !== null) report('COMMAND_QUOTING', `The command ends inside ${scan.openQuote}.`);
  if (scan.operators.size > 0) {
    const uses = [...scan.operators]
      .map((operator) => (operator === '\n' ? 'a line break' : operator))
      .join(' ');
    report('COMMAND_SHELL_SYNTAX', `Commands run without a shell, but this one uses ${uses}.`, SHELL_HINT);
  }
  if (scan.hasComment)
    report('COMMAND_SHELL_SYNTAX', 'The command holds a comment.', 'Leave out # and what follows.');
  if (program === undefined || program === '') report('COMMAND_EMPTY', 'The command names no program.');
  else if (/^[A-Za-z_]\w*=/.test(program)) {
    report('COMMAND_SHELL_SYNTAX', 'The command sets a variable first.', `Write env ${program} ….`);
  }
  const warnings = scan.expansions.map((text) =>
    createProblem('COMMAND_LITERAL', pointer, `Without a shell ${text} is passed on as it stands.`),
  );
  return problems.length > 0 ? { ok: false, problems, warnings } : { ok: true, value: scan.words, warnings };
}

interface Scan {
  readonly words: readonly string[];
  /** Distinct operators found outside quotes. */
  readonly operators: ReadonlySet<string>;
  /** What a shell would expand. */
  readonly expansions: readonly string[];
  readonly hasComment: boolean;
  readonly openQuote: string | null;
}

function scanWords(line: string): Scan {
  const words: string[] = [];
  const operators = new Set<string>();
  const expansions = new Set<string>();
  let hasComment = false;
  let openQuote: string | null = null;
  let word: string | null = null;
  let i = 0;
  const take = (text: string) => {
    word = (word ?? '') + text;
  };
  while (i < line.length) {
    const char = line.charAt(i);
    const quoted = readQuoted(line, i);
    if (quoted !== null) {
      if (quoted.text !== null) take(quoted.text);
      quoted.expansions.forEach((text) => expansions.add(text));
      openQuote = quoted.openQuote;
      i = quoted.end;
      continue;
    }
    const operator = OPERATOR.exec(line.slice(i, i + 2))?.[0];
    if (operator !== undefined) operators.add(operator);
    if (operator !== undefined || BLANK.test(char)) {
      if (word !== null) words.push(word);
      word = null;
      i += operator?.length ?? 1;
      continue;
    }
    const expansion = readExpansion(line, i, word === null);
    if (expansion !== null) expansions.add(expansion);
    if (char === '#' && word === null) hasComment = true;
    take(char);
    i++;
  }
  if (word !== null) words.push(word);
  return { words, operators, expansions: [...expansions], hasComment, openQuote };
}

interface Quoted {
  /** Null for a continued line, which is no part of a word. */
  readonly text: string | null;
  /** Index after the closing quote. */
  readonly end: number;
  readonly openQuote: string | null;
  readonly expansions: readonly string[];
}

/** Reads a backslash, or a quotation from its opening to its closing mark; null when none begins here. */
function readQuoted(line: string, start: number): Quoted | null {
  switch (line.charAt(start)) {
    case '\\':
      return readEscape(line, start);
    case "'":
      return readSingleQuoted(line, start);
    case '"':
      return readDoubleQuoted(line, start);
    default:
      return null;
  }
}

function readEscape(line: string, start: number): Quoted {
  const char = line.charAt(start + 1);
  const openQuote = char === '' ? 'a backslash' : null;
  return { text: char === '\n' ? null : char, end: start + 2, openQuote, expansions: [] };
}

function readSingleQuoted(line: string, start: number): Quoted {
  const close = line.indexOf("'", start + 1);
  const isOpen = close === -1;
  const end = isOpen ? line.length : close;
  return { text: line.slice(start + 1, end), end: end + 1, openQuote: isOpen ? "'" : null, expansions: [] };
}

function readDoubleQuoted(line: string, start: number): Quoted {
  const expansions: string[] = [];
  let text = '';
  for (let i = start + 1; i < line.length; i++) {
    const char = line.charAt(i);
    const next = line.charAt(i + 1);
    if (char === '"') return { text, end: i + 1, openQuote: null, expansions };
    if (char === '\\' && (ESCAPED_IN_QUOTES.has(next) || next === '\n')) {
      text += next === '\n' ? '' : next;
      i++;
      continue;
    }
    const expansion = char === '`' ? '`…`' : readVariable(line, i);
    if (expansion !== null) expansions.push(expansion);
    text += char;
  }
  return { text, end: line.length, openQuote: '"', expansions };
}

function readExpansion(line: string, at: number, isWordStart: boolean): string | null {
  const char = line.charAt(at);
  if (char === '*' || char === '?') return char;
  if (char === '~' && isWordStart) return char;
  return readVariable(line, at);
}

function readVariable(line: string, at: number): string | null {
  return /^\$(?:[A-Za-z_]\w*|[0-9@*#?$!-]|[{(])/.exec(line.slice(at, at + 100))?.[0] ?? null;
}
