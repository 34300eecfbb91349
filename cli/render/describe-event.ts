import type { LedgerEvent } from '../../protocol/events.ts';
import { formatBytes, formatDuration, plural, shorten, shortHash } from './format.ts';

/** How an event is to be taken: it decides the mark and colour of its line. */
export type Mood = 'good' | 'bad' | 'busy' | 'plain';

/** An event in one sentence for a person; the text may hold anything a worker or pack wrote, so escape it. */
export interface Description {
  readonly mood: Mood;
  readonly text: string;
}

/** Says in one sentence what an event tells. */
export function describeEvent(event: LedgerEvent): Description {
  switch (event.type) {
    case 'task.opened':
      return say('plain', `task opened: ${event.data.title}`);
    case 'pack.accepted':
      return say(
        'plain',
        `pack accepted from ${event.data.source}: ${event.data.step_title} ${packExtras(event.data)}`,
      );
    case 'attempt.started':
      return say(
        'busy',
        `attempt started with worker ${event.data.worker} from ${shortHash(event.data.base_commit)}`,
      );
    case 'worker.spawned':
      return say('busy', `worker runs: pid ${event.data.pid}, ${shorten(event.data.argv.join(' '), 100)}`);
    case 'worker.exited':
      return describeExit(event.data);
    case 'attempt.recorded':
      return describeAttempt(event.data);
    case 'attempt.interrupted':
      return say('bad', `interrupted (costs no retry): ${event.data.detail}`);
    case 'rework.requested':
      return say('plain', reworkText(event.data));
    case 'step.reset':
      return say('plain', `retries of ${event.data.step_id} reset: ${event.data.reason}`);
    case 'work.committed':
      return say('good', `committed ${shortHash(event.data.commit)} on ${event.data.branch}`);
    case 'task.escalated':
      return say('bad', `needs a person (${event.data.reason_code}): ${event.data.detail}`);
    case 'task.closed':
      return say(event.data.final_status === 'accepted' ? 'good' : 'bad', closeText(event.data));
    default:
      return describeProjectEvent(event);
  }
}

type Data<Type extends LedgerEvent['type']> = Extract<LedgerEvent, { readonly type: Type }>['data'];
type TaskEventType =
  | 'task.opened'
  | 'pack.accepted'
  | 'attempt.started'
  | 'worker.spawned'
  | 'worker.exited'
  | 'attempt.recorded'
  | 'attempt.interrupted'
  | 'rework.requested'
  | 'step.reset'
  | 'work.committed'
  | 'task.escalated'
  | 'task.closed';

function describeProjectEvent(event: Exclude<LedgerEvent, { readonly type: TaskEventType }>): Description {
  switch (event.type) {
    case 'project.created':
      return say('plain', `project ${event.data.project_id} created`);
    case 'task.created':
      return say('plain', `task ${event.data.task_id} created: ${event.data.title}`);
    case 'head.committed':
      return say(
        'plain',
        `head of ${event.data.task_id} committed at ${event.data.seq} (${event.data.status})`,
      );
    case 'pack.refused':
      return say('bad', `pack ${event.data.name} refused: ${plural(event.data.problem_count, 'problem')}`);
    case 'daemon.started':
      return say(
        'plain',
        `daemon started: pid ${event.data.pid}, ${plural(event.data.open_tasks, 'open task')}`,
      );
    case 'daemon.stopped':
      return say('plain', `daemon stopped: ${event.data.reason}`);
    case 'ledger.recovered':
      return say('bad', `torn tail of ${event.data.log} cut off at ${event.data.offset} and kept`);
    case 'archive.exported':
      return say(
        'plain',
        `exported as ${shortHash(event.data.archive_id)}, ${formatBytes(event.data.bytes)}`,
      );
    case 'archive.imported':
      return say(
        'plain',
        `imported from ${event.data.from_project_id} (${shortHash(event.data.archive_id)})`,
      );
    case 'key.added':
      return say('plain', `key ${shortHash(event.data.key_id)} signs from here on`);
    case 'key.rotated': {
      const { previous_key_id, key_id } = event.data;
      return say('plain', `key ${shortHash(previous_key_id)} replaced by ${shortHash(key_id)}`);
    }
    case 'checkpoint.anchored':
      return say('good', `checkpoint at ${event.data.size} anchored: ${event.data.kind}`);
    case 'anchor.reset':
      return say(
        'bad',
        `accepted not to continue what was seen at ${event.data.seen_size}: ${event.data.reason}`,
      );
    case 'segment.sealed':
      return say(
        'plain',
        `${event.data.task_id}: lines ${event.data.first_seq}–${event.data.last_seq} sealed in ${event.data.file}`,
      );
    default:
      return describeUnknown(event);
  }
}

/** A newer Reeve may have written events that this one does not know. */
function describeUnknown(event: never): Description {
  return say('plain', (event as LedgerEvent).type);
}

function packExtras(data: Data<'pack.accepted'>): string {
  const warnings = data.warning_count === 0 ? '' : `, ${plural(data.warning_count, 'warning')}`;
  return `(${plural(data.criteria.length, 'criterion', 'criteria')}${warnings})`;
}

function describeExit({ end, stdout, stderr }: Data<'worker.exited'>): Description {
  const how = end.cause === 'exited' ? `exited ${end.exit_code ?? '?'}` : `ended by ${end.cause}`;
  const took = `after ${formatDuration(end.duration_ms)}`;
  const printed = formatBytes(stdout.bytes + stderr.bytes);
  const alive = end.survivors.length === 0 ? '' : `, still alive: ${end.survivors.join(', ')}`;
  return say(end.exit_code === 0 ? 'plain' : 'bad', `worker ${how} ${took}, ${printed} of output${alive}`);
}

function describeAttempt(data: Data<'attempt.recorded'>): Description {
  const files = plural(data.files_changed_count, 'file');
  const met = data.criteria.filter((criterion) => criterion.met).length;
  const facts = `${met}/${data.criteria.length} criteria, ${files} changed`;
  if (data.result === 'PASS') return say('good', `PASS: ${facts}`);
  return say('bad', `FAIL ${data.reason_code}: ${data.reason_detail} (${facts}; next: ${data.next_action})`);
}

function reworkText(data: Data<'rework.requested'>): string {
  const open = plural(data.open_problems, 'open problem');
  return `rework requested as R${data.target_revision}: ${data.criteria.join(', ')} (${open})`;
}

function closeText(data: Data<'task.closed'>): string {
  return data.detail === '' ? `closed ${data.final_status}` : `closed ${data.final_status}: ${data.detail}`;
}

function say(mood: Mood, text: string): Description {
  return { mood, text };
}
