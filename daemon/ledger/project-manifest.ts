import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ProjectManifest } from '../../protocol/generated/types.ts';
import type { ProjectGenesis } from './project-register.ts';
import { syncFolder } from './sync-folder.ts';
import { writeFileAtomically } from './write-file-atomically.ts';

/** Version of the whole folder's layout, in `manifest/schema_version.json`. */
const LAYOUT_VERSION = 1;

/**
 * Writes a project's manifest files where they are missing.
 *
 * They repeat the first line of the project log, for people and tools that find the folder: a crash before they were
 * written is made good when the project is opened next.
 */
export function ensureManifest(projectFolder: string, projectId: string, genesis: ProjectGenesis): void {
  const folder = join(projectFolder, 'manifest');
  const manifestPath = join(folder, 'project_manifest.json');
  const versionPath = join(folder, 'schema_version.json');
  if (existsSync(manifestPath) && existsSync(versionPath)) return;
  mkdirSync(folder, { recursive: true });
  syncFolder(projectFolder);
  const manifest: ProjectManifest = {
    manifest_version: 1,
    project_id: projectId,
    created: genesis.time,
    reeve_version: genesis.reeve_version,
    log: 'events.jsonl',
    log_id: genesis.log_id,
    genesis: genesis.event_hash,
  };
  writeFileAtomically(manifestPath, `${JSON.stringify(manifest, null, 2)}\n`);
  writeFileAtomically(versionPath, `${JSON.stringify({ schema_version: LAYOUT_VERSION }, null, 2)}\n`);
}
