import type { LedgerEvent } from '../../protocol/events.ts';
import type { Config } from '../../daemon/config/config.ts';
import type { Phase } from '../../daemon/runtime/kernel-context.ts';
import type { Context } from '../context.ts';
import { createEventLines } from '../render/event-lines.ts';
import { formatAge, plural } from '../render/format.ts';
import { problemLines } from '../render/problem-lines.ts';
import { lastOutputLine } from '../run/last-output-line.ts';
import { plainLine, startLiveLine } from '../run/live-line.ts';

const LOOK_AT_OUTPUT_MS = 400;

/** What a person sees of a running daemon: what happened, line by line, and below it what runs now. */
export interface StartConsole {
  print(line: string): void;
  show(event: LedgerEvent): void;
  close(): void;
}

/** Opens the console; `running` is asked for what moves in the last line. */
export function openConsole(context: Context, running: () => readonly Phase[]): StartConsole {
  const { host, json, live, paint, quiet } = context;
  let output = '';
  const look = async (): Promise<void> => {
    const file = running()[0]?.output ?? null;
    output = file === null ? '' : await lastOutputLine(file);
  };
  const timer = live ? setInterval(() => void look(), LOOK_AT_OUTPUT_MS) : null;
  const line = live ? startLiveLine(host, () => runningText(context, running(), output)) : plainLine(host);
  const toLine = createEventLines(paint, { showTask: true, showTime: !live });
  return {
    print: (text) => {
      if (!json && !quiet) line.print(text);
    },
    show: (event) => {
      // With --once the one answer is the envelope at the end.
      if (json && !context.options.flag('once')) context.out(JSON.stringify(event));
      if (json || quiet || BOOKKEEPING.has(event.type)) return;
      line.print(toLine(event));
      if (event.type === 'pack.refused') {
        for (const each of problemLines({ problems: event.data.problems, warnings: [] }, paint))
          line.print(each);
      }
    },
    close: () => {
      if (timer !== null) clearInterval(timer);
      line.close();
    },
  };
}

/** Events that tell a person nothing another one does not. */
const BOOKKEEPING: ReadonlySet<LedgerEvent['type']> = new Set([
  'project.created',
  'task.created',
  'head.committed',
  'daemon.started',
  'daemon.stopped',
  'worker.spawned',
]);

function runningText({ host, paint }: Context, running: readonly Phase[], output: string): string {
  const [first, ...others] = running;
  if (first === undefined) return 'waiting for packs';
  const { task_id, attempt, phase, worker, since, detail } = first;
  const parts = [
    `${task_id} ${attempt} ${phase}`,
    `worker ${worker}`,
    formatAge(since, host.now()),
    others.length === 0 ? '' : `and ${plural(others.length, 'other')}`,
    output === '' ? detail : output,
  ];
  return paint.safe(parts.filter((part) => part !== '').join(' · '));
}

/** What is said at the start: what is watched, who works, and what to do next. */
export function bannerLines(
  { paint }: Context,
  config: Config,
  daemon: { readonly url: string | null; readonly version: string },
): readonly string[] {
  const names = [...config.workers.keys()].map((name) =>
    name === config.defaultWorker ? `${name} (default)` : name,
  );
  const workers = names.length === 0 ? paint.yellow('none configured: see reeve.yaml') : names.join(', ');
  return [
    `${paint.bold(`reeve ${daemon.version}`)} watches ${paint.safe(config.paths.workflow)}`,
    `  workers  ${workers}`,
    ...(daemon.url === null ? [] : [`  api      ${daemon.url}`]),
    `  hand in  reeve submit pack.json   or   cp pack.json ${paint.safe(config.paths.workflow)}/`,
    `  follow   reeve logs -f TASK       or   reeve status --watch       (Ctrl-C stops)`,
    '',
  ];
}
