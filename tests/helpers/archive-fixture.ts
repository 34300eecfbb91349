import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { exportArchive, type ExportOptions } from '../../daemon/archive/export-archive.ts';
import { importArchive } from '../../daemon/archive/import-archive.ts';
import { verifyProject } from '../../daemon/ledger/verify-project.ts';
import type { ExportAnswer, ImportAnswer } from '../../daemon/ports/services.ts';
import { sha256Hex } from '../../protocol/digest.ts';
import type { EventDraft } from '../../protocol/events.ts';
import type { Artifact } from '../../protocol/generated/types.ts';
import { closed, note, opened, PERSON, RUN, withLedger } from './ledger-fixture.ts';

/** Writes a file with the folders above it. */
export function writeDeep(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

/** An artifact's names that few systems and tools take as they are. */
export const ODD_NAMES: readonly string[] = [
  'a space and ünïcode.txt',
  '100%.log',
  '%0A.log',
  'two\nlines',
  'back\\slash',
  'a:b',
  'CON',
  'con.txt',
  'dot.',
  'blank ',
  'README',
  'readme',
  'ReadMe',
  'equals=3D',
  '=',
  'cafe\u0301',
  '\u202Egnp.exe',
  `${'ü'.repeat(127)}x`,
  '*?"<>|',
];

/** Makes the project `p` with two tasks, packs, artifacts of odd names, refused files and an attempt in flight. */
export async function makeEvidence(root: string): Promise<string> {
  const folder = join(root, 'p');
  const task = join(folder, 'tasks', 'T-1');
  const artifacts = ODD_NAMES.map((name): Artifact => {
    const path = `artifacts/R0/S0/A-1/${name}`;
    writeDeep(join(task, path), `content of ${name}`);
    const bytes = Buffer.from(`content of ${name}`);
    return { path, sha256: sha256Hex(bytes), bytes: bytes.length };
  });
  const review = Buffer.from(JSON.stringify({ artifacts }));
  const path = 'artifacts/R0/S0/A-1/review.json';
  writeDeep(join(task, path), review);
  await withLedger(root, async (project) => {
    await project.appendTask('T-1', PERSON, 'running', [
      opened('First'),
      recorded('A-1', { path, sha256: sha256Hex(review), bytes: review.length }),
      note('again'),
    ]).durable;
    await project.appendTask('t-1', PERSON, 'rejected', [opened('Differs in case only'), closed()]).durable;
  });
  writeDeep(join(task, 'artifacts/R0/S1/A-2/stdout.log'), 'still growing');
  writeDeep(join(task, 'task_log.md'), 'a projection');
  writeDeep(join(folder, 'inbox/next.json'), '{}');
  writeDeep(join(folder, 'rejected/bad pack.json'), '{');
  writeDeep(join(folder, 'rejected/bad pack.json.errors.json'), '[]');
  writeDeep(join(folder, 'rejected/.123-abc.tmp'), 'half');
  return folder;
}

/** Exports the project of a folder to a file beside it. */
export function exportTo(
  folder: string,
  file: string,
  options: Partial<ExportOptions> = {},
): Promise<ExportAnswer> {
  const given = { projectId: 'p', overwrite: false, reeveVersion: '0.0.0-test', ...options };
  return exportArchive({ projectFolder: folder, file, ...given });
}

/** Imports with the real verification of the ledger. */
export function importFrom(
  file: string,
  workflowFolder: string,
  as: string | null = null,
): Promise<ImportAnswer> {
  return importArchive({ file, workflowFolder, as, verify: (folder) => verifyProject(folder) });
}

/** Every file below a folder with its content, by path. */
export function readTree(folder: string): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) files.set(path.slice(folder.length + 1), readFileSync(path, 'latin1'));
  }
  return files;
}

function recorded(attempt_id: string, review: Artifact): EventDraft {
  return {
    type: 'attempt.recorded',
    run_id: RUN,
    step_id: 'S1',
    data: {
      attempt_id,
      r: 0,
      s: 0,
      recorded_by: 'tool',
      result: 'FAIL',
      controller_verdict: null,
      reason_code: 'COMMAND_FAILED',
      reason_detail: 'test',
      next_action: 'RETRY',
      criteria: [],
      gates: [],
      findings: [],
      finding_count: 0,
      commands: [],
      files_changed: [],
      files_changed_count: 0,
      base_commit: null,
      tree: null,
      review,
      step_result: null,
      patch: null,
      snapshot: null,
      usage: null,
      duration_ms: 0,
    },
  };
}
