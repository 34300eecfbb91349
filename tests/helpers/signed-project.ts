import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { keyPlaceOf } from '../../daemon/runtime/key-place.ts';
import { scanProjectLog, type ProjectScan } from '../../daemon/ledger/scan-project-log.ts';
import { createKey } from '../../daemon/signing/create-key.ts';
import type { KeyPlace } from '../../daemon/signing/key-place.ts';
import { parseSignedCheckpoint, type SignedCheckpoint } from '../../protocol/checkpoint.ts';
import { isNoteSignedBy } from '../../protocol/signed-note.ts';
import { keyInForce } from '../../protocol/signing-keys.ts';
import { createProject, GREET, type ProjectFixture, type ProjectOptions } from './daemon-fixture.ts';

/** A repository whose user has a signing key, in a state folder beside it. */
export interface SignedProject extends ProjectFixture {
  readonly place: KeyPlace;
  /** The folder and the log of the project `default`. */
  readonly folder: string;
  readonly log: string;
}

/** Makes a repository configured for Reeve, with a key; its one worker writes the greeting that `packOf` wants. */
export async function createSignedProject(
  t: TestContext,
  options: ProjectOptions = {},
): Promise<SignedProject> {
  const project = await createProject(t, { workers: { fix: GREET }, ...options });
  const userState = join(project.home, 'state');
  const config = { ...project.config, userState };
  const place = keyPlaceOf(config) ?? { userState, outside: [] };
  createKey(place);
  const folder = join(project.workflow, 'default');
  const hostEnv = { ...project.hostEnv, REEVE_USER_STATE: userState };
  return { ...project, config, hostEnv, place, folder, log: join(folder, 'events.jsonl') };
}

/** Reads a signed checkpoint and compares it with the log, by nothing but the protocol's functions. */
export function checkpointAgainst(
  log: string,
  note: string,
): {
  readonly checkpoint: SignedCheckpoint;
  readonly isConsistent: boolean;
  readonly isSigned: boolean;
  readonly scan: ProjectScan;
} {
  const checkpoint = parseSignedCheckpoint(note);
  if (checkpoint === null) throw new Error(`no signed checkpoint: ${note}`);
  const { origin, size, root } = checkpoint;
  const scan = scanProjectLog(log, () => [size]);
  const key = keyInForce(scan.keys, size);
  return {
    checkpoint,
    isConsistent: scan.rootsAt.get(size) === root && origin === `reeve/${scan.genesis?.log_id}`,
    isSigned: key !== null && isNoteSignedBy(checkpoint.note, origin, key.public_key),
    scan,
  };
}

export function checkpointOf({ folder, log }: SignedProject): ReturnType<typeof checkpointAgainst> {
  return checkpointAgainst(log, readFileSync(join(folder, 'checkpoint'), 'utf8'));
}
