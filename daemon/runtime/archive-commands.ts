import { resolve } from 'node:path';
import { ReeveError } from '../../protocol/errors.ts';
import type { Config } from '../config/config.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { Commands } from '../ports/services.ts';
import { markImported } from './hold-imported.ts';
import { DAEMON, type ProjectRuntime } from './project-runtime.ts';

export interface ArchiveCommandsOptions {
  readonly config: Config;
  readonly version: string;
  readonly ledger: Ledger;
  readonly project: (projectId: string) => Promise<ProjectRuntime>;
}

/**
 * Export and import on the open ledger: each is recorded in the project it concerns.
 *
 * The zip libraries are loaded when they are first needed: a daemon that starts should not wait for them.
 */
export function createArchiveCommands(
  options: ArchiveCommandsOptions,
): Pick<Commands, 'exportArchive' | 'importArchive'> {
  const { config, version, ledger, project } = options;
  return {
    async exportArchive({ projectId, file, overwrite }) {
      if (!(await ledger.projects()).includes(projectId)) throw unknownProject(projectId);
      const { ledger: log } = await project(projectId);
      await log.flush();
      const archive = resolve(file);
      const { exportArchive } = await import('../archive/export-archive.ts');
      const projectFolder = log.folder;
      const answer = await exportArchive({
        projectFolder,
        projectId,
        file: archive,
        overwrite,
        reeveVersion: version,
      });
      const data = {
        archive_id: answer.archive_id,
        files: answer.files,
        bytes: answer.bytes,
        heads: answer.heads.length,
      };
      await log.appendProject(DAEMON, [{ type: 'archive.exported', data }]).durable;
      return answer;
    },
    async importArchive({ file, as }) {
      const { importArchive } = await import('../archive/import-archive.ts');
      const { verifyProject } = await import('../ledger/verify-project.ts');
      const answer = await importArchive({
        file: resolve(file),
        workflowFolder: config.paths.workflow,
        as,
        verify: async (folder) => {
          const report = await verifyProject(folder);
          await markImported(folder);
          return report;
        },
      });
      if (answer.outcome === 'identical') return answer;
      const { ledger: log } = await project(answer.project_id);
      const data = {
        archive_id: answer.archive_id,
        from_project_id: answer.from_project_id,
        heads: answer.heads.length,
      };
      await log.appendProject(DAEMON, [{ type: 'archive.imported', data }]).durable;
      return answer;
    },
  };
}

function unknownProject(projectId: string): ReeveError {
  return new ReeveError('NOT_FOUND', `there is no project ${projectId}`, {
    hint: '`reeve status` lists the projects',
  });
}
