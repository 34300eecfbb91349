import type { EventSlices } from '../../protocol/event-slices.ts';
import { HEAD_RECORD_BYTES, writeHeadRecord } from './head-record.ts';
import { createRecordList } from './record-list.ts';
import { isKeyEvent } from './project-register.ts';
import { readSealClaim } from './verify-seals.ts';
import type { KeyEvent, ProjectPiece, TaskClaim } from './verify-job.ts';

/** Gathers what a piece of the project log tells. */
export interface ProjectPieceBuilder {
  /** Takes the leaf hash of the next line. */
  addLeaf(leaf: Uint8Array): void;
  /** Whether lines of a type tell anything. */
  wants(type: string): boolean;
  add(line: EventSlices, data: Readonly<Record<string, unknown>>): void;
  finish(): ProjectPiece;
}

/** Creates an empty piece. */
export function createProjectPiece(): ProjectPieceBuilder {
  const tasks: TaskClaim[] = [];
  const headTasks = new Map<string, number>();
  const heads = createRecordList(HEAD_RECORD_BYTES);
  const leaves = createRecordList(32);
  const keyEvents: KeyEvent[] = [];
  const resets: { readonly seq: number; readonly seen_size: number }[] = [];
  const seals: ProjectPiece['seals'][number][] = [];

  return {
    addLeaf: (leaf) => leaves.add().set(leaf),
    wants: (type) => TELLING.has(type) || isKeyEvent(type),
    add({ type, seq, log_id }, data) {
      if (type === 'head.committed') {
        const task = String(data['task_id']);
        if (!headTasks.has(task)) headTasks.set(task, headTasks.size);
        writeHeadRecord(heads.add(), toHead(seq, data), headTasks.get(task) ?? 0);
      } else if (type === 'task.created') tasks.push(toTask(data));
      else if (type === 'segment.sealed')
        seals.push({ task_id: String(data['task_id']), ...readSealClaim(seq, data) });
      else if (type === 'anchor.reset') resets.push({ seq, seen_size: Number(data['seen_size']) });
      else keyEvents.push({ seq, log_id, type, data });
    },
    finish: () => ({
      tasks,
      headTasks: [...headTasks.keys()],
      heads: heads.bytes(),
      leaves: leaves.bytes(),
      keyEvents,
      resets,
      seals,
    }),
  };
}

const TELLING: ReadonlySet<string> = new Set([
  'head.committed',
  'task.created',
  'segment.sealed',
  'anchor.reset',
]);

type Data = Readonly<Record<string, unknown>>;

function toTask(data: Data): TaskClaim {
  return {
    task_id: String(data['task_id']),
    log_id: String(data['log_id']),
    genesis: String(data['genesis']),
  };
}

function toHead(line: number, data: Data): Parameters<typeof writeHeadRecord>[1] {
  return {
    line,
    seq: Number(data['seq']),
    event_hash: String(data['head_hash']),
    bytes: Number(data['bytes']),
  };
}
