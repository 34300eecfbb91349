import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isId } from '../../protocol/ids.ts';

/** Lists the folders of a data root that hold a ledger or what is left of one, sorted: a log that is gone counts. */
export function listLedgers(root: string): readonly string[] {
  if (lstatSync(root, { throwIfNoEntry: false }) === undefined) return [];
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && isId(entry.name))
    .filter(({ name }) => REMAINS.some((part) => existsSync(join(root, name, part))))
    .map(({ name }) => name)
    .sort();
}

/** An inbox alone is no ledger. */
const REMAINS = ['events.jsonl', 'checkpoint', 'manifest', 'tasks', 'anchors'];
