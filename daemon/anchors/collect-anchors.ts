import { originOf } from '../../protocol/checkpoint.ts';
import type { Anchor } from '../ports/anchors.ts';
import { joinFound, NOTHING_FOUND, type FoundAnchors } from './found-anchors.ts';
import { readGitNotes } from './git-notes.ts';
import { readNoteFiles } from './note-file.ts';
import { assertReadable } from './read-small-file.ts';
import { readProjectAnchors } from './project-anchors.ts';
import { findSeen, listReplacedSeen } from './seen-checkpoint.ts';

/** Where anchors of a project log may be. */
export interface AnchorPlaces {
  /** Absolute path. */
  readonly projectFolder: string;
  /** The log that they are about; anchors of other logs are passed over, unless they were given by `files`. */
  readonly logId: string;
  /** The user's state folder; null when unknown. */
  readonly userState: string | null;
  /** A folder of the git repository whose notes are read; null for none. */
  readonly repository: string | null;
  /** Absolute paths of notes kept elsewhere; `-` is standard input. */
  readonly files: readonly string[];
  /** Absolute path of a file of allowed signers (ssh-keygen(1)); null: signatures are not checked. */
  readonly allowedSigners: string | null;
  /** Absolute path of a PEM file with certificates to trust for time stamps; null: tokens are not checked. */
  readonly tsaCa: string | null;
  /** The environment of this process, of which programs get little. */
  readonly env: NodeJS.ProcessEnv;
}

/** Anchors whose own proof holds, what could not be checked, and whom this machine trusts. */
export interface CollectedAnchors extends FoundAnchors {
  /** Ids of the keys that this machine last saw sign for this log. */
  readonly trustedKeys: readonly string[];
}

/**
 * Collects the anchors of a project log from everywhere, and checks each one's own proof; how they stand to the log
 * is judged by verification. It changes nothing and makes no connection.
 *
 * @throws ReeveError USAGE when a file that was named cannot be used
 */
export async function collectAnchors(places: AnchorPlaces): Promise<CollectedAnchors> {
  const { projectFolder, logId, userState, repository, files, allowedSigners, tsaCa, env } = places;
  await assertReadable([allowedSigners, tsaCa].filter((file) => file !== null));
  const given = { ...NOTHING_FOUND, anchors: await readNoteFiles(files) };
  const seen = userState === null ? { ...NOTHING_FOUND, trustedKeys: [] } : readUserState(places, userState);
  const gitNotes = repository === null ? NOTHING_FOUND : await readGitNotes({ repository, env });
  const proofs = await readProjectAnchors({ projectFolder, allowedSigners, tsaCa, env });
  const isOwn = ({ checkpoint }: Anchor): boolean => checkpoint.origin === originOf(logId);
  const found = joinFound([seen, { ...gitNotes, anchors: gitNotes.anchors.filter(isOwn) }, proofs, given]);
  return { ...found, trustedKeys: seen.trustedKeys };
}

function readUserState({ projectFolder, logId }: AnchorPlaces, userState: string): CollectedAnchors {
  try {
    const seen = findSeen(userState, logId, projectFolder);
    const replaced = listReplacedSeen(userState, logId, projectFolder);
    const anchors = [...seen, ...replaced].map(({ origin, size, root, time }) => {
      const checkpoint = { origin, size, root };
      return { kind: 'user_state', by: userState, time, checkpoint, note: null } as const;
    });
    return { ...NOTHING_FOUND, anchors, trustedKeys: seen.map(({ key_id }) => key_id) };
  } catch (error) {
    const note = `what this machine saw last: ${error instanceof Error ? error.message : String(error)}`;
    return { ...NOTHING_FOUND, notes: [note], trustedKeys: [] };
  }
}
