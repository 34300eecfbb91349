import type { ExportRequest } from '../../daemon/ports/services.ts';
import type { Context } from '../context.ts';
import { usage } from '../options.ts';

/** Reads what is to be handed over: `--task`, `--since`, `--redact`. @throws ReeveError USAGE */
export function readChoice({
  host,
  options,
}: Context): Required<Pick<ExportRequest, 'tasks' | 'since' | 'redact'>> {
  const tasks = options.texts('task');
  const since = options.text('since');
  return {
    tasks: tasks.length === 0 ? null : tasks,
    since: since === undefined ? null : toTime(since, host.now()),
    redact: options.texts('redact'),
  };
}

const DAY_MS = 86_400_000;

const TIME = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2}))?$/;

/** RFC 3339 of a time, of the beginning of a day in UTC, or of some days ago. */
function toTime(since: string, now: number): string {
  const [, days] = /^(\d{1,5})d$/.exec(since) ?? [];
  const named = TIME.test(since) ? Date.parse(since) : Number.NaN;
  const time = days === undefined ? named : now - Number(days) * DAY_MS;
  if (!Number.isNaN(time)) return new Date(time).toISOString();
  throw usage('--since must be a time, a date or a number of days: 2026-02-19T12:00:00Z, 2026-02-19, 30d.');
}
