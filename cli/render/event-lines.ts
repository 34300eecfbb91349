import { formatPointer } from '../../protocol/attempt-pointer.ts';
import type { LedgerEvent } from '../../protocol/events.ts';
import type { Paint } from '../context.ts';
import { describeEvent } from './describe-event.ts';
import type { Mood } from './describe-event.ts';

/** Turns events into readable lines; it remembers which attempt is which, so feed it a log in order. */
export function createEventLines(
  paint: Paint,
  options: { readonly showTask?: boolean; readonly showTime?: boolean } = {},
): (event: LedgerEvent) => string {
  const pointers = new Map<string, string>();
  return (event) => {
    const { mood, text } = describeEvent(event);
    const time = options.showTime === false ? '' : `${paint.dim(`${event.time.slice(0, 19)}Z`)}  `;
    const task = options.showTask ? `${paint.cyan(paint.safe(event.task_id ?? event.project_id))}  ` : '';
    const pointer = pointerOf(event, pointers).padEnd(5);
    return `${time}${task}${paint.bold(pointer)}  ${markOf(mood, paint)} ${paint.safe(text)}`;
  };
}

/** The mark that opens a line: what happened must be seen without colours as well. */
function markOf(mood: Mood, paint: Paint): string {
  switch (mood) {
    case 'good':
      return paint.green('✓');
    case 'bad':
      return paint.red('✗');
    case 'busy':
      return paint.yellow('▸');
    case 'plain':
      return paint.dim('·');
  }
}

function pointerOf(event: LedgerEvent, pointers: Map<string, string>): string {
  const data: object = event.data;
  if (!('attempt_id' in data) || typeof data.attempt_id !== 'string') return '';
  if ('r' in data && 's' in data) {
    pointers.set(data.attempt_id, formatPointer({ r: Number(data.r), s: Number(data.s) }));
  }
  return pointers.get(data.attempt_id) ?? '';
}
