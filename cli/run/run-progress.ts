import { join } from 'node:path';
import { formatPointer } from '../../protocol/attempt-pointer.ts';
import type { LedgerEvent } from '../../protocol/events.ts';
import type { AttemptStartedData, StepPack } from '../../protocol/generated/types.ts';
import { roundFolder } from '../../daemon/domain/round-folder.ts';
import type { Context } from '../context.ts';
import { createEventLines } from '../render/event-lines.ts';
import { formatDuration } from '../render/format.ts';
import { lastOutputLine } from './last-output-line.ts';
import { plainLine, startLiveLine } from './live-line.ts';
import { verdictLines } from './verdict-lines.ts';

const LOOK_AT_OUTPUT_MS = 400;

/** Shows one pack being worked on: what is done stands above, what is under way moves below. */
export interface RunProgress {
  show(event: LedgerEvent): void;
  close(): void;
}

/** Starts showing progress; on a terminal with a moving last line, elsewhere as plain lines. */
export function startProgress(
  context: Context,
  options: { readonly pack: StepPack; readonly stateFolder: string },
): RunProgress {
  const { host, paint, live } = context;
  const { pack, stateFolder } = options;
  let doing: Doing | null = null;
  let output = '';
  const text = (): string => {
    if (doing === null) return '';
    const elapsed = formatDuration(host.now() - doing.since);
    return [doing.what, elapsed, output === '' ? '' : paint.safe(output)]
      .filter((part) => part !== '')
      .join(' · ');
  };
  const line = live ? startLiveLine(host, text) : plainLine(host);
  const toLine = createEventLines(paint, { showTime: !live });
  const look = async (): Promise<void> => {
    output = doing?.file === null || doing === null ? '' : await lastOutputLine(doing.file);
  };
  const timer = live ? setInterval(() => void look(), LOOK_AT_OUTPUT_MS) : null;
  let attempt: AttemptStartedData | null = null;
  return {
    show: (event) => {
      if (event.type === 'attempt.started') attempt = event.data;
      const file = attempt === null ? null : outputFile(stateFolder, pack, attempt);
      doing = whatFollows(event, attempt, file, host.now());
      output = '';
      const lines =
        event.type === 'attempt.recorded' ? verdictLines(event.data, pack, paint) : [toLine(event)];
      for (const each of lines) line.print(each);
    },
    close: () => {
      if (timer !== null) clearInterval(timer);
      line.close();
    },
  };
}

interface Doing {
  readonly what: string;
  readonly since: number;
  /** What the process under way prints; null when nothing does. */
  readonly file: string | null;
}

/** What is under way after an event, until the next one. */
function whatFollows(
  event: LedgerEvent,
  attempt: AttemptStartedData | null,
  file: string | null,
  now: number,
): Doing | null {
  const pointer = attempt === null ? '' : `${formatPointer(attempt)} `;
  switch (event.type) {
    case 'attempt.started':
      return { what: `${pointer}preparing the worktree`, since: now, file: null };
    case 'worker.spawned':
      return { what: `${pointer}worker ${attempt?.worker ?? ''} runs`, since: now, file };
    case 'worker.exited':
      return { what: `${pointer}re-running the commands and judging`, since: now, file: null };
    case 'task.closed':
    case 'task.escalated':
      return null;
    default:
      return { what: 'next step', since: now, file: null };
  }
}

/** Where the worker's output is captured while it runs. */
function outputFile(stateFolder: string, pack: StepPack, attempt: AttemptStartedData): string {
  return join(stateFolder, attempt.worktree, roundFolder(pack, attempt.dispatch), 'shim_stdout.txt');
}
