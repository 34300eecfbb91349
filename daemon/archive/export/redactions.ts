import { ReeveError } from '../../../protocol/errors.ts';
import { compilePattern, patternProblems } from '../../../protocol/path-pattern.ts';

/** What an export is asked to withhold: files, and lines of logs. */
export interface Redactions {
  /** Whether lines of a log may have to be withheld: the others need not be asked for one by one. */
  concerns(log: string): boolean;
  /** @param log relative to the project folder, whatever files it is kept in */
  hasLine(log: string, seq: number): boolean;
  hasFile(path: string): boolean;
  /** The requests that nothing was found for. */
  unmet(): readonly string[];
}

/**
 * Reads requests to redact: `PATTERN` for files, `PATTERN:SEQ` and `PATTERN:FIRST-LAST` for lines of logs.
 *
 * Patterns are those of scopes (`protocol/path-pattern.ts`), over paths relative to the project folder.
 *
 * @throws ReeveError USAGE with every request that cannot be read
 */
export function parseRedactions(requests: readonly string[]): Redactions {
  const problems = requests.flatMap(findProblem);
  if (problems.length > 0) {
    throw new ReeveError('USAGE', `What is to be redacted cannot be understood: ${problems.join('; ')}.`, {
      hint: 'As in tasks/T-1/packs/*.json for files, tasks/T-1/events.jsonl:4 or :4-9 for lines.',
    });
  }
  const rules = requests.map(toRule);
  const unmet = new Set(requests);
  const find = (candidates: readonly Rule[]): boolean => {
    for (const { request } of candidates) unmet.delete(request);
    return candidates.length > 0;
  };
  const rulesFor = (log: string) => rules.filter(({ lines, matches }) => lines !== null && matches(log));
  return {
    concerns: (log) => rulesFor(log).length > 0,
    hasLine: (log, seq) => find(rulesFor(log).filter(({ lines }) => lines !== null && isIn(lines, seq))),
    hasFile: (path) => find(rules.filter(({ lines, matches }) => lines === null && matches(path))),
    unmet: () => [...unmet],
  };
}

interface LineRange {
  readonly first: number;
  readonly last: number;
}

interface Rule {
  readonly request: string;
  /** Null for files. */
  readonly lines: LineRange | null;
  readonly matches: (path: string) => boolean;
}

const REQUEST = /^(.+?)(?::([1-9]\d{0,14})(?:-([1-9]\d{0,14}))?)?$/s;

function split(request: string): { readonly pattern: string; readonly lines: LineRange | null } {
  const [, pattern = '', first, last] = REQUEST.exec(request) ?? [];
  if (first === undefined) return { pattern, lines: null };
  return { pattern, lines: { first: Number(first), last: Number(last ?? first) } };
}

function findProblem(request: string): readonly string[] {
  const { pattern, lines } = split(request);
  const problems = patternProblems(pattern, '').map(({ message }) => message.replace(/\.$/, ''));
  const isBackwards = lines !== null && lines.last < lines.first;
  return isBackwards ? [...problems, `${JSON.stringify(request)} ends before it begins`] : problems;
}

function toRule(request: string): Rule {
  const { pattern, lines } = split(request);
  return { request, lines, matches: compilePattern(pattern).matches };
}

function isIn({ first, last }: LineRange, seq: number): boolean {
  return first <= seq && seq <= last;
}
