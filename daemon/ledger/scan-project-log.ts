import { toBase64 } from '../../protocol/base64.ts';
import { createMerkleTree, leafHash, type MerkleFrontier } from '../../protocol/merkle-tree.ts';
import type { LoggedKey } from '../../protocol/signing-keys.ts';
import {
  createProjectRegister,
  type ProjectGenesis,
  type ProjectRegister,
  type TaskRecord,
} from './project-register.ts';
import { scanLog, type LogEnd, type LogStart } from './scan-log.ts';

/** A project as its log tells it. */
export interface ProjectScan {
  readonly end: LogEnd;
  /** The first line; null while there is none. */
  readonly genesis: ProjectGenesis | null;
  /** The closed ones in the order of their ends, then the open ones in that of their creation. */
  readonly tasks: ReadonlyMap<string, TaskRecord>;
  /** Names under which recovered bytes were kept. */
  readonly keptFiles: ReadonlySet<string>;
  /** The tree over the intact lines. */
  readonly tree: MerkleFrontier;
  /** The keys that sign for this log, by seq. */
  readonly keys: readonly LoggedKey[];
  /** Root of the tree, in base64, at each size asked for that the log reaches. */
  readonly rootsAt: ReadonlyMap<number, string>;
  /** What the next lines are to be told to. */
  readonly register: ProjectRegister;
}

/** Where a scan begins: behind lines whose content is known. */
export interface ScanStart {
  readonly at: LogStart | null;
  readonly tree: MerkleFrontier;
  /** What those lines came to. */
  readonly register: ProjectRegister;
  /** The closed tasks that the register does not hold; handed over. */
  readonly settled: Map<string, TaskRecord>;
}

/** Answers for a log, by its id, the sizes of its tree at which roots are wanted. */
export type SizesOf = (logId: string) => Iterable<number>;

/**
 * Reads a project log in one pass, without reading any task's log.
 *
 * @throws ReeveError NOT_FOUND, LEDGER_DAMAGED, IO_FAILED
 */
export function scanProjectLog(path: string, sizesOf: SizesOf = () => []): ProjectScan {
  const register = createProjectRegister(path);
  return scanOnward(path, { at: null, tree: NO_LINES, register, settled: new Map() }, sizesOf);
}

/**
 * Reads a project log from some line on.
 *
 * @throws ReeveError NOT_FOUND, LEDGER_DAMAGED, IO_FAILED
 */
export function scanOnward(path: string, start: ScanStart, sizesOf: SizesOf): ProjectScan {
  const { register, settled: tasks } = start;
  const tree = createMerkleTree(start.tree);
  const rootsAt = new Map<number, string>();
  let wanted = new Set(start.at === null ? [] : sizesOf(start.at.log_id));
  const noteRoot = (): void => {
    if (wanted.has(tree.size)) rootsAt.set(tree.size, toBase64(tree.root()));
  };
  noteRoot();
  const end = scanLog(path, start.at, (line, data, bytes) => {
    if (line.seq === 1) wanted = new Set(sizesOf(line.log_id));
    tree.append(leafHash(bytes()));
    noteRoot();
    register.take(line, data);
  });
  const { genesis, open, keptFiles, keys } = register.state();
  for (const record of [...register.closed.values(), ...open]) tasks.set(record.task_id, record);
  return {
    end,
    genesis,
    tasks,
    keptFiles: new Set(keptFiles),
    tree: tree.frontier(),
    keys,
    rootsAt,
    register,
  };
}

/** What a project log without lines tells. @param path of the log, for messages */
export function scanOfNothing(path: string): ProjectScan {
  return {
    end: { head: null, lastId: null, size: 0, fault: null },
    genesis: null,
    tasks: new Map(),
    keptFiles: new Set(),
    tree: NO_LINES,
    keys: [],
    rootsAt: new Map(),
    register: createProjectRegister(path),
  };
}

const NO_LINES: MerkleFrontier = { size: 0, subtrees: [] };
