import { toBase64 } from './base64.ts';
import { canonicalJson } from './canonical-json.ts';
import type { EventProof } from './generated/types.ts';
import { proveInclusion } from './merkle-tree.ts';

/** What a proof is made from. */
export interface EventProofParts {
  /** Lines of a task log from the event's to that of the head that covers it; none for an event of the project log. */
  readonly lines: readonly string[];
  /** The line of the project log with that head, or the event itself. */
  readonly projectLine: PlacedLine;
  /** Lines about keys within the tree, in their order. */
  readonly keyLines: readonly PlacedLine[];
  /** Hashes of all leaves of the tree. */
  readonly leaves: readonly Uint8Array[];
  /** The signed note, or the three lines, of that tree's checkpoint. */
  readonly checkpoint: string;
  readonly origin: string;
}

/** A line of the project log, and which leaf of the tree it is, from 0. */
export interface PlacedLine {
  readonly text: string;
  readonly index: number;
}

/** Writes the proof that an event is in a ledger: canonical JSON, its newline included. */
export function formatEventProof(parts: EventProofParts): string {
  const pathTo = (index: number): readonly string[] => proveInclusion(parts.leaves, index).map(toBase64);
  const { text, index } = parts.projectLine;
  const proof: EventProof = {
    v: 1,
    origin: parts.origin,
    lines: parts.lines,
    project_line: text,
    index,
    size: parts.leaves.length,
    path: pathTo(index),
    checkpoint: parts.checkpoint,
    keys: parts.keyLines.map((key) => ({ line: key.text, path: pathTo(key.index) })),
  };
  return `${canonicalJson(proof)}\n`;
}
