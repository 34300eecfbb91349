import type { Context } from '../context.ts';

/** The level of a warning in pino's numbers. */
const WARN = 40;

/** A warning or error as one line for the console; null for anything less. */
export function toWarningLine(line: string, { paint, verbose }: Context): string | null {
  const entry = JSON.parse(line) as {
    readonly level: number;
    readonly msg?: string;
    readonly hint?: string;
    readonly kept_as?: string;
    readonly err?: { readonly message?: string };
  };
  if (entry.level < WARN && !verbose) return null;
  // A refused pack is an event, and shown as such.
  if (entry.kept_as !== undefined) return null;
  const cause = entry.err?.message === undefined ? '' : `: ${entry.err.message}`;
  const hint = entry.hint === undefined ? '' : ` → ${entry.hint}`;
  const mark = entry.level < WARN ? paint.dim('·') : paint.yellow('!');
  return `${mark} ${paint.safe(`${entry.msg ?? ''}${cause}${hint}`)}`;
}
