import { parseBase64 } from './base64.ts';
import { parseSignedNote, type SignedNote } from './signed-note.ts';

/** The head of a project log, as c2sp.org/tlog-checkpoint writes it in three lines. */
export interface Checkpoint {
  /** `reeve/<log_id>`: which log it is about. */
  readonly origin: string;
  /** How many lines the tree holds. */
  readonly size: number;
  /** Root of the Merkle tree over those lines, in base64. */
  readonly root: string;
}

/** The origin of a project log, which is also the name under which keys sign for it. */
export function originOf(logId: string): string {
  return `reeve/${logId}`;
}

/** The log that an origin names. */
export function logIdOf(origin: string): string {
  return origin.slice('reeve/'.length);
}

/** Writes the three lines of a checkpoint: the text that is signed. */
export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${root}\n`;
}

/** Parses the three lines; null for anything else. Further lines, which the standard allows, are not used here. */
export function parseCheckpoint(text: string): Checkpoint | null {
  const [, origin, size, root] = /^(reeve\/[0-9a-f]{32})\n(0|[1-9][0-9]{0,14})\n(\S+)\n$/.exec(text) ?? [];
  if (origin === undefined || root === undefined) return null;
  return parseBase64(root)?.length === 32 ? { origin, size: Number(size), root } : null;
}

/** A checkpoint with the signatures it came with. */
export interface SignedCheckpoint extends Checkpoint {
  readonly note: SignedNote;
}

/** Parses a signed checkpoint; null for anything else. Its signatures are not checked: see `isNoteSignedBy`. */
export function parseSignedCheckpoint(text: string): SignedCheckpoint | null {
  const note = parseSignedNote(text);
  const checkpoint = note === null ? null : parseCheckpoint(note.text);
  return note === null || checkpoint === null ? null : { ...checkpoint, note };
}
