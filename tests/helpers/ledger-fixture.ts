import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { openLedger, type LedgerOptions } from '../../daemon/ledger/open-ledger.ts';
import type { Ledger, ProjectLedger } from '../../daemon/ports/ledger.ts';
import { sha256Hex } from '../../protocol/digest.ts';
import type { EventDraft, LedgerEvent } from '../../protocol/events.ts';
import type { Actor } from '../../protocol/generated/types.ts';

export const PERSON: Actor = { kind: 'person', id: 'operator' };

export const RUN = 'T-1_20260219T120000Z_ab12cd3';

/** A folder of the calling test file's own, removed at its end. */
export function scratchFolder(above = tmpdir()): string {
  const folder = mkdtempSync(join(above, 'reeve-ledger-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function openTestLedger(
  root: string,
  now: () => number = () => Date.now(),
  options: Pick<LedgerOptions, 'segmentBytes' | 'indexEvery'> = {},
): Promise<Ledger> {
  return openLedger({ root, clock: { now }, reeveVersion: '0.0.0-test', ...options });
}

/** Opens the project `p` of a root, lets `use` work on it and closes the ledger. */
export async function withLedger<T>(
  root: string,
  use: (project: ProjectLedger, ledger: Ledger) => Promise<T> | T,
  options?: Pick<LedgerOptions, 'segmentBytes' | 'indexEvery'>,
): Promise<T> {
  const ledger = await openTestLedger(root, undefined, options);
  try {
    return await use(await ledger.project('p', { create: true }), ledger);
  } finally {
    await ledger.close();
  }
}

export const opened = (title = 'A task'): EventDraft => ({
  type: 'task.opened',
  data: { project_id: 'p', title },
});

export const note = (reason: string): EventDraft => ({
  type: 'step.reset',
  run_id: RUN,
  step_id: 'S1',
  data: { step_id: 'S1', reason },
});

export const closed = (): EventDraft => ({
  type: 'task.closed',
  data: { final_status: 'rejected', reason_code: 'CANCELLED', detail: 'test' },
});

export const stopped = (): EventDraft => ({ type: 'daemon.stopped', data: { pid: 1, reason: 'test' } });

/** Makes a project `p` with tasks of some lines each, all heads committed. */
export async function makeProject(root: string, tasks: Readonly<Record<string, number>>): Promise<string> {
  await withLedger(root, async (project) => {
    for (const [task, lines] of Object.entries(tasks)) {
      const notes = Array.from({ length: lines - 1 }, (_, index) => note(`${task} ${index}`));
      await project.appendTask(task, PERSON, 'queued', [opened(`Title of ${task}`), ...notes]).durable;
    }
  });
  return join(root, 'p');
}

export function taskLog(folder: string, task: string): string {
  return join(folder, 'tasks', task, 'events.jsonl');
}

export async function collect(events: AsyncIterable<LedgerEvent>): Promise<readonly LedgerEvent[]> {
  const all: LedgerEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

/** Changes the bytes of a file. */
export function edit(path: string, change: (bytes: Buffer) => Uint8Array): void {
  writeFileSync(path, change(readFileSync(path)));
}

/** Splits a log into lines without their newlines. */
export function linesOf(path: string): readonly string[] {
  return readFileSync(path, 'utf8').split('\n').slice(0, -1);
}

/** Gives lines their hashes and links again, as someone who covers up a change would. */
export function rehash(lines: readonly string[]): string {
  let previous: string | null = null;
  let text = '';
  for (const line of lines) {
    const linked = line
      .replace(/"event_hash":"[0-9a-f]{64}",(?="id":"[0-9a-f-]{36}","log_id")/, '')
      .replace(/"prev_event_hash":(null|"[0-9a-f]{64}"),(?="project_id")/, () =>
        previous === null ? '"prev_event_hash":null,' : `"prev_event_hash":"${previous}",`,
      );
    const hash = sha256Hex(linked);
    text += `${linked.replace(/"id":"[0-9a-f-]{36}","log_id"/, (id) => `"event_hash":"${hash}",${id}`)}\n`;
    previous = hash;
  }
  return text;
}
