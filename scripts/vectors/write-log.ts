import { toBase64 } from '../../protocol/base64.ts';
import { originOf, type Checkpoint } from '../../protocol/checkpoint.ts';
import { buildEventLine } from '../../protocol/event-line.ts';
import type { EventDraft, LedgerEvent } from '../../protocol/events.ts';
import { createMerkleTree, leafHash } from '../../protocol/merkle-tree.ts';

/** A log that is written in memory, with fixed ids and times. */
export interface VectorLog {
  readonly log_id: string;
  readonly task_id: string | undefined;
  readonly lines: readonly string[];
  append(draft: EventDraft): LedgerEvent;
  /** All lines, each ended. */
  text(): string;
}

/** Says which line of all logs comes next: ids and times follow from it. */
export type NextLine = () => number;

/** Creates a counter for {@link VectorLog}s that belong together. */
export function countLines(): NextLine {
  let next = 0;
  return () => next++;
}

/** Creates an empty log of the project `shop`. */
export function createVectorLog(log_id: string, next: NextLine, task_id?: string): VectorLog {
  const lines: string[] = [];
  let last: string | null = null;
  return {
    log_id,
    task_id,
    lines,
    append(draft) {
      const place = { log_id, seq: lines.length + 1, prev_event_hash: last, project_id: 'shop', task_id };
      const { event, text } = buildEventLine(place, stampOf(next()), { id: 'reeve', kind: 'daemon' }, draft);
      lines.push(text);
      last = event.event_hash;
      return event;
    },
    text: () => joinLines(lines),
  };
}

/** Ends each line. */
export function joinLines(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

/** The checkpoint over the first lines of a project log. */
export function checkpointOf(log: VectorLog, size = log.lines.length): Checkpoint {
  const tree = createMerkleTree();
  for (const line of log.lines.slice(0, size)) tree.append(leafHash(line));
  return { origin: originOf(log.log_id), size, root: toBase64(tree.root()) };
}

function stampOf(line: number): { readonly id: string; readonly time: string } {
  const time = FIRST_TIME + line;
  const hex = time.toString(16).padStart(12, '0');
  const id = `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-${(line + 1).toString(16).padStart(12, '0')}`;
  return { id, time: new Date(time).toISOString() };
}

const FIRST_TIME = Date.UTC(2026, 0, 1);
