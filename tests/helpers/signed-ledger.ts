import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Anchor } from '../../daemon/ports/anchors.ts';
import type { ProjectLedger } from '../../daemon/ports/ledger.ts';
import { parseSignedCheckpoint, type SignedCheckpoint } from '../../protocol/checkpoint.ts';
import { signingKeyId } from '../../protocol/signing-keys.ts';
import { createTestKey, type TestKey } from './checkpoints.ts';
import { linesOf, note, opened, PERSON, rehash, taskLog, withLedger } from './ledger-fixture.ts';

/** A project with a key of its own, no daemon needed. */
export interface SignedLedger {
  readonly root: string;
  readonly folder: string;
  readonly key: TestKey;
  readonly keyId: string;
  /** Does something to the project, and signs where it stands then. */
  grow(work: (project: ProjectLedger) => Promise<unknown>): Promise<SignedCheckpoint>;
  /** Signs where the project stands. */
  checkpoint(): SignedCheckpoint;
}

/** Makes the project `p` with a key and tasks of some lines each; its checkpoint covers all of it. */
export async function makeSignedLedger(
  root: string,
  tasks: Readonly<Record<string, number>> = { 'T-1': 5, 'T-2': 3 },
  key: TestKey = createTestKey(),
): Promise<SignedLedger> {
  const folder = join(root, 'p');
  const keyId = signingKeyId(key.publicKey);
  const checkpoint = (): SignedCheckpoint => {
    const signed = parseSignedCheckpoint(readFileSync(join(folder, 'checkpoint'), 'utf8'));
    if (signed === null) throw new Error('no signed checkpoint');
    return signed;
  };
  const grow: SignedLedger['grow'] = async (work) => {
    await withLedger(root, async (project) => {
      await work(project);
      await project.flush();
      writeFileSync(join(folder, 'checkpoint'), key.signNote(project.checkpoint()));
    });
    return checkpoint();
  };
  await grow(async (project) => {
    await addKey(project, key);
    for (const [task, lines] of Object.entries(tasks)) {
      const notes = Array.from({ length: lines - 1 }, (_, index) => note(`${task} ${index}`));
      await project.appendTask(task, PERSON, 'queued', [opened(`Title of ${task}`), ...notes]).durable;
    }
  });
  return { root, folder, key, keyId, grow, checkpoint };
}

/** Records a key that nobody vouches for. */
export async function addKey(project: ProjectLedger, { publicKey }: TestKey): Promise<void> {
  const data = { key_id: signingKeyId(publicKey), public_key: publicKey };
  await project.appendProject(PERSON, [{ type: 'key.added', data }]).durable;
}

/** Adds a line to the task T-1. */
export async function addNote(project: ProjectLedger, reason: string): Promise<void> {
  await project.appendTask('T-1', PERSON, 'queued', [note(reason)]).durable;
}

/** What somebody outside holds of a checkpoint. */
export function anchorOf(
  { note: signed, ...checkpoint }: SignedCheckpoint,
  kind: Anchor['kind'] = 'user_state',
  isSigned = kind !== 'user_state',
): Anchor {
  const time = '2026-11-20T12:00:00.000Z';
  return { kind, by: `the ${kind} of a test`, time, checkpoint, note: isSigned ? signed : null };
}

/**
 * Rewrites a whole project as somebody does who knows the format and has no key: a word in T-1, then every hash, link
 * and head that hangs on it. The lines keep their lengths.
 */
export function rewriteLedger(folder: string, change: (line: string) => string): void {
  const log = taskLog(folder, 'T-1');
  const before = linesOf(log);
  const after = rehash(before.map((line) => line.replace('T-1 0', 'T-1 x')));
  const hashes = new Map(
    after
      .split('\n')
      .slice(0, -1)
      .map((line, index) => [hashOf(before[index] ?? ''), hashOf(line)] as const),
  );
  writeFileSync(log, after);
  const projectLog = join(folder, 'events.jsonl');
  const lines = linesOf(projectLog).map((line) =>
    change(line.replaceAll(/[0-9a-f]{64}/g, (hash) => hashes.get(hash) ?? hash)),
  );
  writeFileSync(projectLog, rehash(lines));
  const [genesis = ''] = linesOf(projectLog);
  const { log_id } = JSON.parse(genesis) as { log_id: string };
  const manifest = join(folder, 'manifest/project_manifest.json');
  const repeated = {
    ...(JSON.parse(readFileSync(manifest, 'utf8')) as object),
    log_id,
    genesis: hashOf(genesis),
  };
  writeFileSync(manifest, JSON.stringify(repeated));
}

function hashOf(line: string): string {
  return (JSON.parse(line) as { event_hash: string }).event_hash;
}
