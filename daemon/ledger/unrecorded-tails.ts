import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256Hex } from '../../protocol/digest.ts';
import type { LedgerRecoveredData } from '../../protocol/generated/types.ts';

/**
 * Lists tails that were cut off the project log and kept, but of which the log itself says nothing yet.
 *
 * The cut of the project log comes before the event that records it, as the event needs an intact log: a crash
 * between the two is made good here.
 *
 * @param recorded `kept_as` of every `ledger.recovered` event
 */
export function listUnrecordedTails(
  projectFolder: string,
  recorded: ReadonlySet<string>,
): readonly LedgerRecoveredData[] {
  return readdirSync(projectFolder)
    .filter((name) => TORN.test(name) && !recorded.has(name))
    .sort()
    .map((name) => {
      const bytes = readFileSync(join(projectFolder, name));
      const offset = Number(TORN.exec(name)?.[1]);
      const length = bytes.length;
      return { log: 'events.jsonl', offset, length, sha256: sha256Hex(bytes), kept_as: name };
    });
}

const TORN = /^events\.jsonl\.torn-(\d{1,15})(?:-\d+)?$/;
