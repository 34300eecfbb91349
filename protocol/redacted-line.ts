import { canonicalJson } from './canonical-json.ts';
import { MAX_LINE_BYTES } from './event-line.ts';
import { sliceEventLine, type EventSlices } from './event-slices.ts';

/**
 * A line whose actor and data were taken out; it stands in a task's log in the place of the line it was.
 *
 * It links like any other, but nothing proves its time, type and ids any more: its hash covers what is gone. So no line
 * of a project log, by which all else is measured, is ever redacted.
 */
export interface RedactedLine extends Omit<EventSlices, 'hashAt'> {
  /** Length of the line it was, without its newline. */
  readonly redacted_bytes: number;
}

/** Writes the line that stands in for a redacted one: canonical JSON, without a newline. */
export function formatRedactedLine(line: RedactedLine): string {
  const { event_hash, id, log_id, prev_event_hash, project_id } = line;
  const { redacted_bytes, run_id, seq, step_id, task_id, time, type, v } = line;
  const ids = { run_id, step_id, task_id };
  const link = { event_hash, id, log_id, prev_event_hash, seq };
  return canonicalJson({ ...link, ...ids, project_id, redacted_bytes, time, type, v });
}

/** Parses a line without its newline that stands in for a redacted one; null for anything else. */
export function parseRedactedLine(text: string): RedactedLine | null {
  const [, link, bytes, rest] = SHAPE.exec(text) ?? [];
  // With its own two members gone, what is left is the end of an event line.
  const slices = sliceEventLine(`{,${link}${rest}`);
  const redacted_bytes = Number(bytes);
  if (slices === null || !(redacted_bytes <= MAX_LINE_BYTES)) return null;
  const { hashAt: _, ...line } = slices;
  return { ...line, redacted_bytes };
}

const SHAPE = new RegExp(
  '^\\{("event_hash":"[^"]*","id":"[^"]*","log_id":"[^"]*","prev_event_hash":[^,]*,"project_id":"[^"]*",)' +
    '"redacted_bytes":([1-9][0-9]{0,4}),(.*)$',
);
