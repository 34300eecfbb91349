import type { Limits, RetryPolicy } from '../../protocol/generated/types.ts';
import type { WorkerProfile } from '../ports/worker.ts';
import type { SettingKey } from './settings.ts';

/** Everything Reeve was told to do, complete with defaults; `docs/configuration.md` describes each setting. */
export interface Config {
  /** Absolute path of the file that was read; null when there is none. */
  readonly file: string | null;
  /** Absolute path of the top folder of the repository that work is done in. */
  readonly repository: string;
  /** The project a pack belongs to when nothing else says so. */
  readonly project: string;
  /** The worker a pack gets when it names none; null when several are configured and none is marked. */
  readonly defaultWorker: string | null;
  readonly workers: ReadonlyMap<string, WorkerProfile>;
  /** Upper bounds for one process and its tree; a pack may ask for less. */
  readonly limits: Limits;
  /** How many steps may run at once. */
  readonly parallel: number;
  readonly retry: Pick<RetryPolicy, 'max_attempts' | 'max_rework_rounds' | 'on_exhausted'>;
  /** Stand-ins for an `argv[0]` of a required command that this machine lacks. */
  readonly interpreters: Readonly<Record<string, string>>;
  readonly http: {
    readonly enabled: boolean;
    /** 0: any free port. */
    readonly port: number;
  };
  readonly inbox: { readonly rescanSec: number };
  /** How logs are kept; a task's log goes on in a new file from so many MiB on. */
  readonly ledger: { readonly segmentMb: number };
  /** Where checkpoints are kept beside the user's own state, which always has them. */
  readonly anchors: { readonly gitNotes: boolean };
  readonly paths: DataPaths;
  /** Folder of keys and anchors, outside of every repository; null where this user has none. */
  readonly userState: string | null;
  /** Where the value of each setting came from. */
  readonly origins: ReadonlyMap<SettingKey, Origin>;
  /** Likely mistakes that stop nothing, for people: one sentence each. */
  readonly warnings: readonly string[];
}

/** Absolute paths of the folders that hold Reeve's data. */
export interface DataPaths {
  /** The data root. */
  readonly root: string;
  /** Inboxes and ledgers: the truth. */
  readonly workflow: string;
  /** Projections: safe to delete. */
  readonly progress: string;
  /** What belongs to this machine only: lock, token, worktrees. */
  readonly state: string;
}

/** Why a setting has its value. */
export interface Origin {
  readonly source: 'flag' | 'environment' | 'file' | 'default';
  /** `--project`, `REEVE_PROJECT`, `/path/reeve.yaml:3:5`, or a word on the default. */
  readonly at: string;
}

/** The folders under a data root. */
export function toDataPaths(root: string, join: (...parts: string[]) => string): DataPaths {
  return {
    root,
    workflow: join(root, 'workflow'),
    progress: join(root, 'progress'),
    state: join(root, '.reeve'),
  };
}
