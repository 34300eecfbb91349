import { toBase64 } from '../../protocol/base64.ts';
import { originOf, type Checkpoint } from '../../protocol/checkpoint.ts';
import { parseEventLine } from '../../protocol/event-line.ts';
import { createMerkleTree, leafHash, type MerkleFrontier } from '../../protocol/merkle-tree.ts';
import { readKeyEvent, type LoggedKey } from '../../protocol/signing-keys.ts';

/** The Merkle tree over the durable lines of a project log, and the keys they tell of. */
export interface LogTree {
  /** Takes the next lines, each with its newline. */
  add(lines: string): void;
  checkpoint(): Checkpoint;
  /** What the tree can be continued from. */
  frontier(): MerkleFrontier;
  readonly keys: readonly LoggedKey[];
}

/** Creates the tree of a log whose lines so far gave this frontier and these keys. */
export function createLogTree(logId: string, start: MerkleFrontier, known: readonly LoggedKey[]): LogTree {
  const tree = createMerkleTree(start);
  const keys = [...known];
  return {
    add(lines) {
      for (const line of lines.slice(0, -1).split('\n')) {
        tree.append(leafHash(line));
        if (line.includes(KEY_EVENT)) addKey(keys, line);
      }
    },
    checkpoint: () => ({ origin: originOf(logId), size: tree.size, root: toBase64(tree.root()) }),
    frontier: () => tree.frontier(),
    keys,
  };
}

/** Inside of data these characters would stand behind backslashes. */
const KEY_EVENT = ',"type":"key.';

function addKey(keys: LoggedKey[], line: string): void {
  const event = parseEventLine(line);
  keys.push(readKeyEvent(event, { ...event.data }, keys.at(-1) ?? null));
}
