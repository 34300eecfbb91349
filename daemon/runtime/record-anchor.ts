import { join } from 'node:path';
import { parseSignedCheckpoint, type SignedCheckpoint } from '../../protocol/checkpoint.ts';
import { sha256Hex } from '../../protocol/digest.ts';
import { ReeveError } from '../../protocol/errors.ts';
import type { LedgerEvent } from '../../protocol/events.ts';
import type { Actor, Artifact } from '../../protocol/generated/types.ts';
import { isNoteSignedBy } from '../../protocol/signed-note.ts';
import { keyInForce } from '../../protocol/signing-keys.ts';
import { readSmallFile } from '../anchors/read-small-file.ts';
import type { ProjectLedger } from '../ports/ledger.ts';
import type { AnchorRecord } from '../ports/services.ts';
import { writeFileDurably } from './durable-file.ts';

/**
 * Keeps a proof and its checkpoint in the project's `anchors/`, and records `checkpoint.anchored`.
 *
 * @throws ReeveError USAGE for a checkpoint that the ledger did not sign, CONFLICT when `anchors/` has another proof of
 *   that name
 */
export async function recordAnchor(
  ledger: ProjectLedger,
  { kind, checkpoint: note, proof }: AnchorRecord,
  actor: Actor,
): Promise<LedgerEvent> {
  const { size, root } = assertOwnCheckpoint(ledger, note);
  const name = kind === 'rfc3161' ? `${size}.tsr` : `${size}.${sha256Hex(proof).slice(0, 16)}.sig`;
  // Durable before the event that names them.
  const checkpoint = await keepFile(ledger.folder, `anchors/${size}.checkpoint`, Buffer.from(note));
  const kept = await keepFile(ledger.folder, `anchors/${name}`, proof);
  const data = { kind, size, root, checkpoint, proof: kept };
  const { events, durable } = ledger.appendProject(actor, [{ type: 'checkpoint.anchored', data }]);
  await durable;
  const [event] = events;
  if (event === undefined) throw new ReeveError('BUG', 'An anchor was recorded without an event.');
  return event;
}

/** Threat: whoever reaches the daemon could have it keep, and so archive, anything under the name of a checkpoint. */
function assertOwnCheckpoint(ledger: ProjectLedger, note: string): SignedCheckpoint {
  const signed = parseSignedCheckpoint(note);
  if (signed === null) throw notOwn('it is no signed checkpoint');
  const own = ledger.checkpoint();
  if (signed.origin !== own.origin) throw notOwn('it is about another log');
  const key = keyInForce(ledger.keys, signed.size);
  const isSigned = key !== null && isNoteSignedBy(signed.note, own.origin, key.public_key);
  if (!isSigned || signed.size > own.size) throw notOwn('this ledger did not sign it');
  return signed;
}

function notOwn(reason: string): ReeveError {
  return new ReeveError('USAGE', `The checkpoint cannot be anchored: ${reason}.`, {
    hint: 'Take the newest: reeve anchor note --signed prints it.',
  });
}

/** Writes a file below the project folder unless it is there already, byte for byte. */
async function keepFile(folder: string, path: string, bytes: Uint8Array): Promise<Artifact> {
  const file = join(folder, path);
  const there = await readSmallFile(file, { maxBytes: bytes.length, isOwn: true });
  if ('problem' in there && there.problem !== 'cannot be read (ENOENT)') throw inTheWay(path);
  if ('problem' in there) await writeFileDurably(file, bytes);
  else if (!there.bytes.equals(bytes)) throw inTheWay(path);
  return { path, sha256: sha256Hex(bytes), bytes: bytes.length };
}

function inTheWay(path: string): ReeveError {
  return new ReeveError('CONFLICT', `Something else stands at ${path} in the project folder.`, {
    hint: 'A checkpoint has one time stamp: once the ledger has grown, its next checkpoint can have another.',
  });
}
