import { parseBase64, toBase64 } from '../../protocol/base64.ts';
import { sha256Hex } from '../../protocol/digest.ts';
import type { TaskStatus } from '../../protocol/generated/types.ts';
import { isId } from '../../protocol/ids.ts';
import type { MerkleFrontier } from '../../protocol/merkle-tree.ts';
import type { LoggedKey } from '../../protocol/signing-keys.ts';
import type { LogHead, TaskCounts } from '../ports/ledger.ts';
import type { ProjectGenesis, RegisterState, SealedPart, TaskRecord } from './project-register.ts';
import { TASK_STATUSES } from './task-status.ts';

/**
 * What the lines of a project log up to one of them came to, so that they need not be read again.
 *
 * ```
 * .index.json           this, and its SHA-256 on a line of its own; replaced whole
 * .index-closed.jsonl   one closed task a line, in the order of their ends, an empty line after each batch;
 *                       only ever appended to
 * ```
 *
 * A projection of the log: it may be deleted at any time, is never archived, and is never read by verification.
 */
export interface ProjectIndex {
  /** The line up to which the log was read. */
  readonly at: LogHead;
  readonly tree: MerkleFrontier;
  readonly register: RegisterState;
  /** How much of the file of closed tasks belongs to it. */
  readonly closed: ClosedPart;
}

/** The beginning of the file of closed tasks. */
export interface ClosedPart {
  readonly bytes: number;
  /** The digest at its end, see {@link closedDigest}; empty for no bytes. */
  readonly digest: string;
}

export const INDEX_FILE = '.index.json';
export const CLOSED_FILE = '.index-closed.jsonl';

/** Of the form, and of what it is made from: an index of any other version is ignored. */
const VERSION = 1;

/** Writes an index as the text of its file. */
export function formatIndex({ at, tree, register, closed }: ProjectIndex): string {
  const subtrees = tree.subtrees.map(toBase64);
  const text = JSON.stringify({ v: VERSION, at, subtrees, ...register, closed });
  return `${text}\n${sha256Hex(text)}\n`;
}

/**
 * Parses the text of an index file; null for anything that this version did not write.
 *
 * Threat: whoever can write the folder could write one that says anything, and rightly hashed. Its shape is checked
 * here, its place in the log by whoever reads it; what else it could make believe is told in the threat model.
 */
export function parseIndex(text: string): ProjectIndex | null {
  const end = text.indexOf('\n');
  const json = text.slice(0, Math.max(0, end));
  if (text.slice(end + 1) !== `${sha256Hex(json)}\n`) return null;
  const value = toObject(parseJson(json));
  if (value['v'] !== VERSION) return null;
  const at = toHead(value['at']);
  const genesis = toGenesis(value['genesis']);
  const subtrees = toList(value['subtrees'], toHash);
  const open = toList(value['open'], toTaskRecord);
  const recent = toList(value['recent'], toTaskRecord);
  const counts = toCounts(value['counts']);
  const keptFiles = toList(value['keptFiles'], toText);
  const keys = toList(value['keys'], toKey);
  const closed = toClosedPart(value['closed']);
  if (at === null || genesis === null || subtrees === null || open === null || recent === null) return null;
  if (counts === null || keptFiles === null || keys === null || closed === null) return null;
  // Each closed task is told of by longer lines than its own.
  if (genesis.log_id !== at.log_id || closed.bytes > at.bytes || !isFrontier(at.seq, subtrees)) return null;
  const register = { genesis, open, recent, counts, keptFiles, keys };
  return { at, tree: { size: at.seq, subtrees }, register, closed };
}

/** Writes a closed task as a line. */
export function formatClosedTask(record: TaskRecord): string {
  return `${JSON.stringify(record)}\n`;
}

/** Parses such a line; null for anything else. */
export function parseClosedTask(line: string): TaskRecord | null {
  return toTaskRecord(parseJson(line));
}

/** The digest after a batch of closed tasks: over them and all before them. @param before the digest so far */
export function closedDigest(before: string, batch: string): string {
  return sha256Hex(`${before}\n${batch}`);
}

function toTaskRecord(value: unknown): TaskRecord | null {
  const { task_id, log_id, genesis, title, created, status, updated, head, sealed } = toObject(value);
  if (!isId(task_id) || !isHex(log_id, 32) || !isHex(genesis, 64) || typeof title !== 'string') return null;
  if (!isTime(created) || !isTime(updated) || !isStatus(status)) return null;
  const known = head === null ? null : toHead(head);
  if (head !== null && known?.log_id !== log_id) return null;
  // One copy of the log's id: with a hundred thousand tasks it shows.
  const own = known === null ? null : { ...known, log_id };
  const part = sealed === null ? null : toSealedPart(sealed);
  if (part === undefined) return null;
  return { task_id, log_id, genesis, title, created, status, updated, head: own, sealed: part };
}

function toSealedPart(value: unknown): SealedPart | undefined {
  const { segments, seq, bytes } = toObject(value);
  return isCount(segments) && isCount(seq) && isCount(bytes) ? { segments, seq, bytes } : undefined;
}

function toHead(value: unknown): LogHead | null {
  const { log_id, seq, event_hash, bytes } = toObject(value);
  if (!isHex(log_id, 32) || !isHex(event_hash, 64) || !isCount(seq) || !isCount(bytes)) return null;
  return { log_id, seq, event_hash, bytes };
}

function toGenesis(value: unknown): ProjectGenesis | null {
  const { log_id, event_hash, time, reeve_version } = toObject(value);
  if (!isHex(log_id, 32) || !isHex(event_hash, 64) || !isTime(time)) return null;
  return typeof reeve_version === 'string' ? { log_id, event_hash, time, reeve_version } : null;
}

function toKey(value: unknown): LoggedKey | null {
  const { key_id, public_key, seq, trust } = toObject(value);
  if (typeof key_id !== 'string' || typeof public_key !== 'string' || !isCount(seq)) return null;
  const isTrust = trust === 'first' || trust === 'rotated' || trust === 'replaced' || trust === 'invalid';
  return isTrust ? { key_id, public_key, seq, trust } : null;
}

function toCounts(value: unknown): TaskCounts | null {
  if (typeof value !== 'object' || value === null) return null;
  const entries = Object.entries(value);
  if (!entries.every(([status, count]) => isStatus(status) && isCount(count))) return null;
  return Object.fromEntries(entries);
}

function toClosedPart(value: unknown): ClosedPart | null {
  const { bytes, digest } = toObject(value);
  if (!isCount(bytes) || !(bytes === 0 ? digest === '' : isHex(digest, 64))) return null;
  return { bytes, digest: String(digest) };
}

/** A frontier has one subtree for each one in the binary form of its size. */
function isFrontier(size: number, subtrees: readonly Uint8Array[]): boolean {
  return size > 0 && subtrees.length === size.toString(2).replaceAll('0', '').length;
}

function toHash(value: unknown): Uint8Array | null {
  const bytes = typeof value === 'string' ? parseBase64(value) : null;
  return bytes?.length === 32 ? bytes : null;
}

function toText(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function toList<T>(value: unknown, toItem: (item: unknown) => T | null): readonly T[] | null {
  if (!Array.isArray(value)) return null;
  const items = value.flatMap((item) => toItem(item) ?? []);
  return items.length === value.length ? items : null;
}

function toObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isHex(value: unknown, digits: 32 | 64): value is string {
  return typeof value === 'string' && value.length === digits && /^[0-9a-f]+$/.test(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isTime(value: unknown): value is string {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value);
}

function isStatus(value: unknown): value is TaskStatus {
  return TASK_STATUSES.some((status) => status === value);
}
