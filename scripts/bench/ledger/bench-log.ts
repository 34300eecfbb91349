import { join } from 'node:path';
import { openLedger } from '../../../daemon/ledger/open-ledger.ts';
import type { ProjectLedger } from '../../../daemon/ports/ledger.ts';
import type { EventDraft } from '../../../protocol/events.ts';
import type { Actor } from '../../../protocol/generated/types.ts';

const ACTOR: Actor = { kind: 'tool', id: 'bench' };

/** One task's log in a fresh ledger. */
export interface BenchLog {
  readonly project: ProjectLedger;
  /** Absolute path of the task's log. */
  readonly file: string;
  /** Appends one event and waits until it is durable. */
  append(): Promise<void>;
  /** Appends many events at once. */
  fill(events: number): Promise<void>;
  close(): Promise<void>;
}

/** Opens a ledger with one task in a folder. */
export async function openBenchLog(folder: string): Promise<BenchLog> {
  const ledger = await openLedger({
    root: folder,
    clock: { now: () => Date.now() },
    reeveVersion: '0.0.0-bench',
    // In one file: it is compared with programs that read one.
    segmentBytes: Number.MAX_SAFE_INTEGER,
  });
  const project = await ledger.project('default', { create: true });
  const data = { project_id: 'default', title: 'A task of the benchmark' };
  await project.appendTask('T-1', ACTOR, 'queued', [{ type: 'task.opened', data }]).durable;
  await project.flush();
  let next = 0;
  return {
    project,
    file: join(project.folder, 'tasks', 'T-1', 'events.jsonl'),
    append: () => project.appendTask('T-1', ACTOR, 'running', [typicalEvent((next += 1))]).durable,
    async fill(events) {
      for (let left = events; left > 0; left -= GROUP) {
        const drafts = Array.from({ length: Math.min(GROUP, left) }, () => typicalEvent((next += 1)));
        await project.appendTask('T-1', ACTOR, 'running', drafts).durable;
      }
    },
    close: () => ledger.close(),
  };
}

const GROUP = 2000;

/** About 700 bytes as a line, with the nesting that real events have. */
export function typicalEvent(n: number): EventDraft {
  return {
    type: 'attempt.interrupted',
    run_id: 'T-1_20260219T120000Z_ab12cd3',
    step_id: 'S1',
    data: {
      attempt_id: `A_20260225T014130Z_${n}`,
      r: 0,
      s: n,
      detail: 'the daemon went away while the worker ran',
      orphans: [
        { pid: n, outcome: 'killed' },
        { pid: n + 1, outcome: 'already_gone' },
      ],
      snapshot: { ref: 'refs/reeve/wip/T-1/R0S0', commit: 'a'.repeat(40) },
    },
  };
}
