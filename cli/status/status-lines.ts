import type { Context } from '../context.ts';
import { formatAge, plural } from '../render/format.ts';
import { renderTable } from '../render/table.ts';
import { statusPaint } from '../render/task-status.ts';
import { countLeftOut, type Status } from './read-status.ts';

/** The status for a person: who serves, what runs, what waits, and the tasks: closed ones, then open ones. */
export function statusLines(status: Status, context: Context): readonly string[] {
  return [
    daemonLine(status, context),
    ...runningLines(status, context),
    ...inboxLines(status, context),
    ...taskLines(status, context),
  ];
}

function daemonLine({ daemon }: Status, { paint, host }: Context): string {
  if (daemon === null) return `${paint.dim('○')} no daemon runs here; start one with: reeve start`;
  const age = formatAge(daemon.started, host.now());
  return `${paint.green('●')} daemon pid ${daemon.pid} for ${age} at ${paint.safe(daemon.url)}`;
}

function runningLines({ running }: Status, { paint, host }: Context): readonly string[] {
  return running.map(({ task_id, attempt, worker, phase, since }) => {
    const what = paint.safe(`${task_id} ${attempt} ${phase}, worker ${worker}`);
    return `${paint.yellow('▸')} ${what} for ${formatAge(since, host.now())}`;
  });
}

function inboxLines({ inbox }: Status, { paint }: Context): readonly string[] {
  if (inbox.length === 0) return [];
  const names = inbox.slice(0, 5).map(({ project_id, name }) => paint.safe(`${project_id}/${name}`));
  const more = inbox.length > names.length ? ` and ${inbox.length - names.length} more` : '';
  return [`${paint.cyan('▪')} ${plural(inbox.length, 'file')} in the inbox: ${names.join(', ')}${more}`];
}

function taskLines(status: Status, { paint, host }: Context): readonly string[] {
  const { tasks } = status;
  if (tasks.length === 0) return ['', 'No tasks yet. Hand in a pack with: reeve submit pack.json'];
  const rows = tasks.map((task) => [
    task.project_id,
    task.task_id,
    { text: task.status, paint: statusPaint(task.status, paint) },
    String(task.events),
    `${formatAge(task.updated, host.now())} ago`,
    task.title,
  ]);
  const header = ['PROJECT', 'TASK', 'STATUS', 'EVENTS', 'UPDATED', 'TITLE'];
  const table = renderTable(header, rows, { paintHeader: paint.dim });
  const more = countLeftOut(status);
  if (more === 0) return ['', ...table];
  return [
    '',
    paint.dim(`${more} more closed; list them with: reeve status --all`),
    ...table,
    ...countLines(status),
  ];
}

function countLines({ counts }: Status): readonly string[] {
  const all = Object.entries(counts).map(([status, count]) => `${count} ${status}`);
  return ['', `In all: ${all.join(', ')}`];
}
