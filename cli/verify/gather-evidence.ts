import { resolve } from 'node:path';
import { collectAnchors } from '../../daemon/anchors/collect-anchors.ts';
import { readNoteFiles } from '../../daemon/anchors/note-file.ts';
import { readLogId } from '../../daemon/ledger/read-log-id.ts';
import type { Anchor } from '../../daemon/ports/anchors.ts';
import type { Context } from '../context.ts';
import { usage } from '../options.ts';
import { readTrustedKeys } from './trusted-keys.ts';

/** What speaks for a ledger from outside of it. */
export interface Evidence {
  readonly anchors: readonly Anchor[];
  /** Ids of keys. */
  readonly trustedKeys: readonly string[];
  /** What was found and could not be checked, each in a sentence. */
  readonly notes: readonly string[];
  /** Proofs that were to be checked and did not hold, each in a sentence. */
  readonly failures: readonly string[];
}

/** Where a project lies, and what may vouch for it there. */
export interface EvidencePlace {
  readonly projectFolder: string;
  /** Null: what this machine saw last does not count. */
  readonly userState: string | null;
  /** Null: no git notes. */
  readonly repository: string | null;
}

/**
 * Reads the notes and keys that were given with the call, once for all projects.
 *
 * @throws ReeveError USAGE when one of them cannot be used
 */
export async function readGiven(context: Context): Promise<Evidence> {
  const { host, options } = context;
  const files = options.texts('anchor');
  if (isTreeAlone(context) && files.length > 0) throw usage('--anchor and --no-anchors exclude each other.');
  const anchors = await readNoteFiles(files.map((file) => (file === '-' ? file : resolve(host.cwd, file))));
  return { anchors, trustedKeys: readTrustedKeys(context), notes: [], failures: [] };
}

/** Joins what was given with what lies at a project's places. @throws ReeveError USAGE */
export async function gatherEvidence(
  context: Context,
  given: Evidence,
  place: EvidencePlace,
): Promise<Evidence> {
  if (isTreeAlone(context)) return given;
  const { host, options } = context;
  const fileOf = (name: string): string | null => {
    const file = options.text(name);
    return file === undefined ? null : resolve(host.cwd, file);
  };
  const found = await collectAnchors({
    ...place,
    logId: readLogId(place.projectFolder) ?? '',
    files: [],
    allowedSigners: fileOf('allowedSigners'),
    tsaCa: fileOf('tsaCa'),
    env: host.env,
  });
  return {
    anchors: [...found.anchors, ...given.anchors],
    trustedKeys: [...new Set([...given.trustedKeys, ...found.trustedKeys])],
    notes: found.notes,
    failures: found.failures,
  };
}

/** `--no-anchors`: nothing from outside of the folder counts. */
export function isTreeAlone({ options }: Context): boolean {
  return options.value('anchors') === false;
}
