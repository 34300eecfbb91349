import { findChainBreak, type ChainBreak, type ChainPoint } from '../../protocol/chain.ts';
import { sha256Hex } from '../../protocol/digest.ts';
import { MAX_LINE_BYTES } from '../../protocol/event-line.ts';
import { HASH_MEMBER_LENGTH, sliceEventLine, type EventSlices } from '../../protocol/event-slices.ts';
import { decodeChunk, type LineChunk } from './walk-lines.ts';

/** Each way in which a line can be wrong, as slicing shows it. */
export type LineFault = 'not_an_event' | 'too_long' | 'unknown_version' | 'hash_mismatch' | ChainBreak;

/**
 * Checks one line of a log by slicing its bytes: version, hash and chain; actor and data are covered by the hash only.
 *
 * Overwrites bytes of the line in the chunk, so that it can be checked once.
 *
 * @param previous the line before it; null at the start of a log; undefined where the line before is not known
 */
export function checkLinkedLine(
  chunk: LineChunk,
  from: number,
  to: number,
  previous: ChainPoint | null | undefined,
): EventSlices | LineFault {
  if (to - from > MAX_LINE_BYTES) return 'too_long';
  const slices = sliceEventLine(chunk.text, from, to);
  if (slices === null) return 'not_an_event';
  if (slices.v !== 1) return 'unknown_version';
  if (hashInPlace(chunk.bytes, from, slices.hashAt, to) !== slices.event_hash) return 'hash_mismatch';
  if (previous === undefined) return slices;
  return findChainBreak(previous, slices) ?? slices;
}

/**
 * Reads the data of a line that was checked.
 *
 * @throws SyntaxError when it is not JSON, although its hash fits
 */
export function readData(
  chunk: LineChunk,
  from: number,
  slices: EventSlices,
): Readonly<Record<string, unknown>> {
  // No string before it can hold these characters: there a quotation mark stands behind a backslash.
  const at = chunk.text.indexOf(DATA_MEMBER, from) + DATA_MEMBER.length;
  const data: unknown = JSON.parse(decodeChunk(chunk, at, slices.hashAt - 1));
  if (typeof data !== 'object' || data === null) throw new SyntaxError('the data of an event is an object');
  return data as Readonly<Record<string, unknown>>;
}

const DATA_MEMBER = ',"data":';

/** Moves what follows the hash member over it: hashing one piece is much faster than two. */
function hashInPlace(bytes: Buffer, from: number, hashAt: number, to: number): string {
  bytes.copyWithin(hashAt, hashAt + HASH_MEMBER_LENGTH, to);
  return sha256Hex(bytes.subarray(from, to - HASH_MEMBER_LENGTH));
}
