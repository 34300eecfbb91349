import { resolve } from 'node:path';
import { ReeveError } from '../../protocol/errors.ts';
import type { ArchiveExportedData } from '../../protocol/generated/types.ts';
import type { BeginFastForward } from '../archive/import-archive.ts';
import type { Config } from '../config/config.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { Commands, ExportAnswer, ImportAnswer, ImportRequest } from '../ports/services.ts';
import type { Signer } from '../ports/signing.ts';
import { markImported } from './hold-imported.ts';
import { DAEMON, type ProjectRuntime } from './project-runtime.ts';

export interface ArchiveCommandsOptions {
  readonly config: Config;
  readonly version: string;
  readonly ledger: Ledger;
  readonly project: (projectId: string) => Promise<ProjectRuntime>;
  /** The key that signs checkpoints and attestations; null: nothing is signed. */
  readonly signer: Signer | null;
  /** Brings the checkpoints of all open projects to the ends of their logs. */
  readonly keepCheckpoints: () => Promise<void>;
}

/**
 * Export and import on the open ledger: each is recorded in the project it concerns.
 *
 * The zip libraries are loaded when they are first needed: a daemon that starts should not wait for them.
 */
export function createArchiveCommands(
  options: ArchiveCommandsOptions,
): Pick<Commands, 'exportArchive' | 'importArchive'> {
  const { config, version, ledger, project, signer, keepCheckpoints } = options;
  return {
    async exportArchive({ projectId, file, overwrite, tasks, since, redact }, watch = {}) {
      if (!(await ledger.projects()).includes(projectId)) throw unknownProject(projectId);
      const { ledger: log } = await project(projectId);
      await log.flush();
      await keepCheckpoints();
      const { exportArchive } = await import('../archive/export-archive.ts');
      const answer = await exportArchive({
        projectFolder: log.folder,
        projectId,
        file: resolve(file),
        overwrite,
        reeveVersion: version,
        choice: { tasks: tasks ?? null, since: since ?? null, redact: redact ?? [] },
        signer: signer === null ? null : await toArchiveSigner(signer),
        ...watch,
      });
      await log.appendProject(DAEMON, [{ type: 'archive.exported', data: toRecord(answer) }]).durable;
      await keepCheckpoints();
      return answer;
    },
    async importArchive(request) {
      const answer = await takeArchive(request, config.paths.workflow, refuseOpenProject);
      if (answer.outcome === 'identical') return answer;
      await recordImport((await project(answer.project_id)).ledger, answer);
      return answer;
    },
  };
}

/**
 * Imports an archive into the data root, verified; its open tasks are held when the project is opened next.
 *
 * @param fastForward how an older copy is brought forward, where the request wants it
 */
export async function takeArchive(
  { file, as, fastForward = false }: ImportRequest,
  workflowFolder: string,
  begin: BeginFastForward,
): Promise<ImportAnswer> {
  const { importArchive } = await import('../archive/import-archive.ts');
  const { verifyProject } = await import('../ledger/verify-project.ts');
  return await importArchive({
    file: resolve(file),
    workflowFolder,
    as,
    fastForward: fastForward ? begin : null,
    verify: async (folder) => {
      const report = await verifyProject(folder);
      await markImported(folder);
      return report;
    },
  });
}

/** Records in a project that it was imported. */
export async function recordImport(
  log: Pick<Awaited<ReturnType<Ledger['project']>>, 'appendProject'>,
  { archive_id, from_project_id, heads, outcome }: ImportAnswer,
): Promise<void> {
  const data = {
    archive_id,
    from_project_id,
    heads: heads.length,
    ...(outcome === 'fast_forwarded' ? { fast_forwarded: true as const } : {}),
  };
  await log.appendProject(DAEMON, [{ type: 'archive.imported', data }]).durable;
}

async function toArchiveSigner(signer: Signer) {
  const { signAttestation } = await import('../signing/sign-attestation.ts');
  const { signCheckpoint } = await import('../signing/sign-checkpoint.ts');
  return {
    key_id: signer.key_id,
    signCheckpoint: (checkpoint: Parameters<typeof signCheckpoint>[1]) => signCheckpoint(signer, checkpoint),
    signAttestation: (payloadType: string, body: string) => signAttestation(signer, payloadType, body),
  };
}

function toRecord(answer: ExportAnswer): ArchiveExportedData {
  const { archive_id, files, bytes, heads, tasks_left_out, redacted } = answer;
  return {
    archive_id,
    files,
    bytes,
    heads: heads.length,
    ...(tasks_left_out > 0 ? { tasks_left_out } : {}),
    ...(redacted > 0 ? { redacted } : {}),
  };
}

/** Its logs are open here, and their ends are known: files are not changed behind that back. */
function refuseOpenProject(): never {
  throw new ReeveError('CONFLICT', 'The project is open, and can be brought forward only while it is not.', {
    hint: 'Stop the daemon with `reeve stop`, then import again.',
  });
}

function unknownProject(projectId: string): ReeveError {
  return new ReeveError('NOT_FOUND', `there is no project ${projectId}`, {
    hint: '`reeve status` lists the projects',
  });
}
