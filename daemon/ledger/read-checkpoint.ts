import { ReeveError } from '../../protocol/errors.ts';
import type { FoundCheckpoint } from '../domain/ledger-verdict/judge-checkpoint.ts';
import { readCheckpointFile } from './checkpoint-file.ts';

/** Reads the checkpoint of a project folder to judge it, whatever stands in its place. */
export function readCheckpoint(folder: string): FoundCheckpoint {
  try {
    return readCheckpointFile(folder) ?? 'missing';
  } catch (error) {
    return error instanceof ReeveError && error.code === 'LEDGER_DAMAGED' ? 'malformed' : 'unreadable';
  }
}
