import { isAscii } from 'node:buffer';
import { findChainBreak, type ChainLink } from '../../protocol/chain.ts';
import { sha256Hex } from '../../protocol/digest.ts';
import { ReeveError } from '../../protocol/errors.ts';
import { MAX_LINE_BYTES } from '../../protocol/event-line.ts';
import {
  HASH_MEMBER_LENGTH,
  hashOfEventLine,
  sliceEventLine,
  type EventSlices,
} from '../../protocol/event-slices.ts';
import type { LedgerEvent } from '../../protocol/events.ts';

/** A complete line of a log, and where it is. */
export interface LogLine extends EventSlices {
  /** Offset of its first byte. */
  readonly start: number;
  /** Offset after its newline. */
  readonly end: number;
}

/** Reads the content of the line that is being shown; only while it is. */
export interface LineContent {
  /** Copies the line, without its newline: as a string where that is the same bytes. */
  bytes(): string | Uint8Array;
  /**
   * Parses the line; whether its data has the shape of its type is left to verification.
   *
   * @throws SyntaxError when its actor or data are no JSON
   */
  event(): LedgerEvent;
}

/** Sees a line. */
export type SeeLine = (line: LogLine, content: LineContent) => void;

/** The first and the last complete line of what was read. */
export interface LogSpan {
  readonly first: LogLine;
  readonly last: LogLine;
}

export interface ReadLines {
  readonly see: SeeLine;
  /** Whether each line is compared with its own hash; default: that is left to verification. */
  readonly isHashed?: boolean;
}

/**
 * Reads the complete lines of a log as its bytes come, in bounded memory, and follows their links.
 *
 * An incomplete last line is left out, as a writer may be at work.
 *
 * @param name what errors call the log
 * @throws ReeveError LEDGER_DAMAGED at the first line that is none or does not follow its predecessor
 */
export async function readLogLines(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
  { see, isHashed = false }: ReadLines,
): Promise<LogSpan | null> {
  const cursor = createCursor();
  let first: LogLine | null = null;
  let last: LogLine | null = null;
  let offset = 0;
  for await (const piece of inPieces(chunks)) {
    cursor.add(piece);
    while (cursor.next()) {
      const line = cursor.line(offset);
      if (line === null) throw damagedLog(name, `at byte ${offset} is no event`);
      const fault = findFault(last, line) ?? (isHashed ? findChange(line, cursor) : null);
      if (fault !== null) throw damagedLog(name, `line ${line.seq} ${fault}`);
      show(line, cursor, name, see);
      last = line;
      first ??= line;
      offset = line.end;
    }
    if (cursor.restLength() > MAX_LINE_BYTES)
      throw damagedLog(name, `the line at byte ${offset} is too long`);
  }
  return first === null || last === null ? null : { first, last };
}

/** Creates the error for a log that cannot be archived, or taken from an archive, as it stands. */
export function damagedLog(name: string, what: string): ReeveError {
  return new ReeveError('LEDGER_DAMAGED', `The log ${name} is damaged: ${what}.`, {
    hint: 'Run `reeve verify` to see what changed, and restore the file from a backup or an export.',
  });
}

/** A larger text would not fit into the part of the heap that is cleaned often. */
const PIECE_BYTES = 65_536;

async function* inPieces(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer, void, undefined> {
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
      yield Buffer.from(chunk.buffer, chunk.byteOffset + at, Math.min(PIECE_BYTES, chunk.length - at));
    }
  }
}

interface Cursor extends LineContent {
  add(piece: Buffer): void;
  /** Steps to the next complete line; false where more is needed for one. */
  next(): boolean;
  /** The line at the cursor; null for what is none. @param start its offset in the log */
  line(start: number): LogLine | null;
  /** Length of what was added behind the last complete line. */
  restLength(): number;
}

/** A cursor over text that has one character for each byte: slicing needs no decoding. Lines do not hold on to it. */
function createCursor(): Cursor {
  let text = '';
  let isPlain = true;
  let from = 0;
  let to = -1;
  const bytes = (): string | Uint8Array => {
    const line = text.slice(from, to);
    return isPlain ? line : Buffer.from(line, 'latin1');
  };
  return {
    add(piece) {
      const rest = text.slice(to + 1);
      isPlain = (isPlain || rest === '') && isAscii(piece);
      text = rest + piece.toString('latin1');
      to = -1;
    },
    next() {
      const end = text.indexOf('\n', to + 1);
      if (end === -1) return false;
      [from, to] = [to + 1, end];
      return true;
    },
    line(start) {
      const length = to - from;
      if (length > MAX_LINE_BYTES) return null;
      const end = start + length + 1;
      const slices = sliceEventLine(text, from, to);
      // A copy by spreading outlives the collection of young objects, and the whole text with it.
      return slices && Object.assign(slices, { hashAt: slices.hashAt - from, start, end });
    },
    restLength: () => text.length - to - 1,
    bytes,
    event() {
      const line = bytes();
      return JSON.parse(typeof line === 'string' ? line : Buffer.from(line).toString('utf8')) as LedgerEvent;
    },
  };
}

function findFault(last: ChainLink | null, line: LogLine): string | null {
  const broken = findChainBreak(last, line);
  return broken === null ? null : `does not follow the one before it (${broken})`;
}

function findChange({ event_hash, hashAt }: LogLine, content: LineContent): string | null {
  if (hashOf(content.bytes(), hashAt) === event_hash) return null;
  return 'is not what was written: its hash is that of other bytes';
}

/** Threat: other bytes may decode to the same characters, so it is bytes that are hashed. */
function hashOf(line: string | Uint8Array, at: number): string {
  if (typeof line === 'string') return hashOfEventLine(line, at);
  return sha256Hex(Buffer.concat([line.subarray(0, at), line.subarray(at + HASH_MEMBER_LENGTH)]));
}

/** Threat: what slices and hashes like a line may still hold anything but JSON. */
function show(line: LogLine, content: LineContent, name: string, see: SeeLine): void {
  try {
    see(line, content);
  } catch (error) {
    throw error instanceof SyntaxError ? damagedLog(name, `line ${line.seq} is no event`) : error;
  }
}
