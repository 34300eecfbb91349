import type { Logger } from 'pino';
import { logIdOf, type Checkpoint } from '../../protocol/checkpoint.ts';
import type { LedgerEvent } from '../../protocol/events.ts';
import { findSeen, readSeen } from '../anchors/seen-checkpoint.ts';
import { readCheckpointFile } from '../ledger/checkpoint-file.ts';
import type { ProjectLedger } from '../ports/ledger.ts';
import type { KeyRing, Signer } from '../ports/signing.ts';
import { nameKey } from './name-key.ts';
import type { WorkNotes } from './work-notes.ts';
import { writeCheckpoint, type Witness } from './write-checkpoint.ts';

/**
 * Keeps the signed checkpoint of every open project, and what this user has seen of it, at most a second behind its
 * log; never on the way of an append.
 */
export interface CheckpointKeeper {
  /** The key that signs. */
  readonly signer: Signer;
  /** What a log must continue to be opened at all. */
  seen(projectFolder: string, logId: string): readonly Checkpoint[];
  /** Takes an opened project into care: its log names the key, if it does not yet. */
  keep(ledger: ProjectLedger): Promise<void>;
  /** Hears of every durable event. */
  note(event: LedgerEvent): void;
  /** Writes what is outstanding now; what cannot be written is logged and stays owed. */
  flush(): Promise<void>;
  /** Commits outstanding heads, leaves each checkpoint at the very end of its log, and writes nothing any more. */
  close(): Promise<void>;
}

export interface CheckpointKeeperOptions extends Omit<Witness, 'signer'> {
  readonly keys: KeyRing;
  /** Null: no git notes are wanted. */
  readonly notes: WorkNotes | null;
  readonly log: Logger;
}

/** Creates a keeper that cares for no project yet. */
export function createCheckpointKeeper(options: CheckpointKeeperOptions): CheckpointKeeper {
  const { keys, notes, log, ...place } = options;
  const witness = { ...place, signer: keys.current };
  const kept: KeptProject[] = [];
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<void> = Promise.resolve();
  let isClosed = false;

  const writeSoon = (): void => {
    // Nothing waits for it: a process that ends by itself closes the keeper first.
    if (!isClosed) timer ??= setTimeout(() => void flush(), DELAY_MS).unref();
  };
  const write = async (project: KeptProject): Promise<void> => {
    const { ledger } = project;
    if (ledger.checkpoint().size === project.written) return;
    try {
      const written = await writeCheckpoint(witness, ledger);
      project.written = written.checkpoint.size;
      project.isFailing = false;
      notes?.cover(ledger, written);
    } catch (err) {
      // An anchor that lags costs nothing that the ledger does not hold. Said once, tried again each second.
      if (!project.isFailing) log.warn({ err, project_id: ledger.projectId }, 'a checkpoint was not written');
      project.isFailing = true;
      writeSoon();
    }
  };
  const flush = (): Promise<void> => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    writing = writing.then(async () => {
      for (const project of kept) await write(project);
    });
    return writing;
  };
  return {
    signer: keys.current,
    seen: (projectFolder, logId) => findSeen(witness.userState, logId, projectFolder),
    async keep(ledger) {
      await nameKey(ledger, keys);
      kept.push({ ledger, written: sizeWritten(witness.userState, ledger), isFailing: false });
      writeSoon();
    },
    note(event) {
      if (event.task_id === undefined) writeSoon();
      notes?.note(event);
    },
    flush,
    async close() {
      await Promise.allSettled(kept.map(({ ledger }) => ledger.flush()));
      isClosed = true;
      await flush();
      await notes?.idle();
    },
  };
}

/** With the time that writing takes, a checkpoint is a second behind its log at most. */
const DELAY_MS = 900;

interface KeptProject {
  readonly ledger: ProjectLedger;
  /** Size of the checkpoint that is in both places; null when it is not, or not signed by this key. */
  written: number | null;
  isFailing: boolean;
}

/** What an earlier run left in both places: mostly nothing is to be written when a project is opened. */
function sizeWritten(userState: string, ledger: ProjectLedger): number | null {
  const { origin, size } = ledger.checkpoint();
  const own = readCheckpointFile(ledger.folder);
  const seen = readSeen(userState, logIdOf(origin), ledger.folder);
  // Opening compared both with the log: of one size, they have its root.
  return own?.size === size && seen?.size === size ? size : null;
}
