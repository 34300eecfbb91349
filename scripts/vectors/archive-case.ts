import { createFixedKey } from './fixed-key.ts';
import { layArchive, type ArchiveSeal, type Files } from './lay-archive.ts';
import { writeShop, type ShopProject } from './shop-project.ts';
import { checkpointOf } from './write-log.ts';

/** What a verifier has to answer to an archive. */
export interface Expectation {
  readonly exit: number;
  readonly verdict: string;
  /** The line that decides, where one does. */
  readonly at?: { readonly log: string; readonly seq: number };
  /** With UNANCHORED. */
  readonly unanchored?: number;
}

/** An archive, what is given beside it, and the answer. */
export interface ArchiveCase {
  readonly name: string;
  readonly describe: string;
  readonly base: keyof typeof BASES;
  readonly files: Files;
  /** Text of the file given with `--anchor`. */
  readonly anchor?: string;
  /** What is given with `--key`. */
  readonly key?: string;
  readonly expect: Expectation;
}

/** The key that the signed project began with, the one that took over, and somebody else's. */
export const [FIRST_KEY, SECOND_KEY, STRANGER] = [createFixedKey(1), createFixedKey(2), createFixedKey(3)];

/** The project of the signed archive. */
export const SHOP = writeShop({ keys: [FIRST_KEY, SECOND_KEY] });

/** The same without keys. */
export const PLAIN = writeShop({ keys: null });

/** All events of the signed project. */
export const EVENTS = SHOP.project.lines.length + SHOP.first.lines.length + SHOP.second.lines.length;

/** All events of the project without keys. */
export const PLAIN_EVENTS = EVENTS - 2;

/** The archives that every vector is told by its difference to. */
export const BASES = {
  signed: layArchive(SHOP.files(), sealOf(SHOP)),
  unsigned: layArchive(PLAIN.files(), null),
} as const;

/** Where the logs are in an archive; the second task's name differs from the first one's in case only. */
export const LOGS = {
  project: 'data/events.jsonl',
  first: 'data/tasks/T-1/events.jsonl',
  second: 'data/tasks/=74=2D=31/events.jsonl',
} as const;

/** What the holder of the key in force signs about a project. */
export function sealOf({ project }: ShopProject): ArchiveSeal {
  return { key: SECOND_KEY, logId: project.log_id, checkpoint: checkpointOf(project) };
}

/** What becomes of files, by path; null takes one away. */
export type Changes = Readonly<Record<string, ((text: string) => string | Buffer) | string | Buffer | null>>;

/** Changes files. */
export function edit(files: Files, changes: Changes): Map<string, string | Buffer> {
  const edited = new Map(files);
  for (const [path, change] of Object.entries(changes)) {
    if (change === null) edited.delete(path);
    else edited.set(path, typeof change === 'function' ? change(String(files.get(path) ?? '')) : change);
  }
  return edited;
}

/** What is answered where a line is not what was written. */
export function tamperedAt(log: string, seq: number): Expectation {
  return { exit: 6, verdict: 'TAMPERED', at: { log, seq } };
}

export const TAMPERED: Expectation = { exit: 6, verdict: 'TAMPERED' };

export const TRUNCATED: Expectation = { exit: 9, verdict: 'TRUNCATED' };

export const ANCHORED: Expectation = { exit: 0, verdict: 'ANCHORED' };

/** What was given as an anchor is no note. */
export const USAGE: Expectation = { exit: 2, verdict: 'USAGE' };

export const CANNOT_VERIFY: Expectation = { exit: 3, verdict: 'CANNOT_VERIFY' };

export function unanchored(events: number): Expectation {
  return { exit: 0, verdict: 'UNANCHORED', unanchored: events };
}
