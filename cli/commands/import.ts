import { resolve } from 'node:path';
import type { ImportAnswer, ImportRequest } from '../../daemon/ports/services.ts';
import type { Answer, Context } from '../context.ts';
import { plural } from '../render/format.ts';
import { findRunningDaemon } from '../running-daemon.ts';
import { withCommands } from '../services.ts';
import { reeveVersion } from '../version.ts';

/** `reeve import --archive FILE`: takes a project from an archive after verifying all of it. */
export async function importProject(context: Context): Promise<Answer> {
  const { host, options, paint } = context;
  const file = resolve(host.cwd, options.required('archive'));
  const request = { file, as: options.text('as') ?? null, fastForward: options.flag('fastForward') };
  const answer = await takeArchive(context, request);
  return {
    data: answer,
    text: () => [
      `${paint.green('✓')} project ${paint.safe(answer.project_id)} ${OUTCOME[answer.outcome]} (${plural(answer.heads.length, 'task')}).`,
    ],
  };
}

const OUTCOME: Readonly<Record<ImportAnswer['outcome'], string>> = {
  imported: 'imported',
  identical: 'was already here, byte for byte',
  fast_forwarded: 'brought forward to the archive',
};

/** A project is brought forward only while nobody has it open: a daemon would refuse it. */
async function takeArchive(context: Context, request: ImportRequest): Promise<ImportAnswer> {
  const config = await context.config();
  if (request.fastForward !== true || (await findRunningDaemon(config)) !== null) {
    return await withCommands(context, (commands) => commands.importArchive(request));
  }
  const { fastForwardProject } = await import('../../daemon/runtime/fast-forward-project.ts');
  const { makeDataFolders } = await import('../../daemon/runtime/make-data-folders.ts');
  await makeDataFolders(config.paths);
  const clock = { now: () => context.host.now() };
  const options = { workflowFolder: config.paths.workflow, clock, version: reeveVersion() };
  return await fastForwardProject(options, request);
}
