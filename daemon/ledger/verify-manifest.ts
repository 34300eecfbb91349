import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RangePoint } from './verify-range.ts';
import type { VerifyFault } from './verify-report.ts';

/** Compares the manifest with the first line of the project log, which it repeats. */
export function findManifestFault(folder: string, genesis: RangePoint | null): readonly VerifyFault[] {
  const path = 'manifest/project_manifest.json';
  let text: string;
  try {
    text = readFileSync(join(folder, path), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return [{ type: 'missing', what: 'manifest', path }];
    }
    return [{ type: 'unreadable', path, detail: error instanceof Error ? error.message : String(error) }];
  }
  if (genesis === null || repeats(text, genesis)) return [];
  const detail = 'it does not name the first line of the project log';
  return [{ type: 'file_changed', what: 'manifest', path, log: 'events.jsonl', seq: 1, detail }];
}

function repeats(text: string, genesis: RangePoint): boolean {
  try {
    const manifest = JSON.parse(text) as { readonly log_id?: unknown; readonly genesis?: unknown } | null;
    return manifest?.log_id === genesis.log_id && manifest.genesis === genesis.event_hash;
  } catch {
    return false;
  }
}
