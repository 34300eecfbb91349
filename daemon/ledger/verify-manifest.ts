import { closeSync, constants, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ReeveError } from '../../protocol/errors.ts';
import { PROJECT_LOG } from '../domain/ledger-verdict/standing-fault.ts';
import { openPlainFile } from './plain-file.ts';
import type { RangePoint } from './verify-range.ts';
import type { VerifyFault } from './verify-report.ts';

/** Compares the manifest with the first line of the project log, which it repeats. */
export function findManifestFault(folder: string, genesis: RangePoint | null): readonly VerifyFault[] {
  const path = 'manifest/project_manifest.json';
  const named = { what: 'manifest', path, log: PROJECT_LOG, seq: 1 } as const;
  try {
    if (genesis === null || repeats(readManifest(join(folder, path)), genesis)) return [];
  } catch (error) {
    const code = error instanceof ReeveError ? error.code : null;
    if (code === 'NOT_FOUND') return [{ type: 'missing', ...named }];
    if (code === 'LEDGER_DAMAGED') return [{ type: 'not_plain', ...named }];
    return [{ type: 'unreadable', path, detail: error instanceof Error ? error.message : String(error) }];
  }
  const detail = 'it does not name the first line of the project log';
  return [{ type: 'file_changed', ...named, detail }];
}

const MAX_BYTES = 65_536;

function readManifest(path: string): string {
  const { fd, stats } = openPlainFile(path, constants.O_RDONLY);
  try {
    return stats.size > MAX_BYTES ? '' : readFileSync(fd, 'utf8');
  } finally {
    closeSync(fd);
  }
}

function repeats(text: string, genesis: RangePoint): boolean {
  try {
    const manifest = JSON.parse(text) as { readonly log_id?: unknown; readonly genesis?: unknown } | null;
    return manifest?.log_id === genesis.log_id && manifest.genesis === genesis.event_hash;
  } catch {
    return false;
  }
}
