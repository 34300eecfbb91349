import { join } from 'node:path';
import { CHECKPOINT, isLog, PROJECT_LOG, taskLogOf } from '../project-layout.ts';
import { openRegularFile, readChunks } from '../regular-file.ts';
import { openTaskLog } from '../task-log-files.ts';
import type { PayloadFile } from './plan-payload.ts';
import type { Survey } from './survey-project.ts';
import { listLogParts } from './task-cut.ts';
import { applySplices, growthOf } from './withhold-lines.ts';

/** Reads a file as the archive holds it, in chunks, each valid until the next is asked for. */
export async function* readPayload(
  projectFolder: string,
  survey: Survey,
  file: PayloadFile,
): AsyncGenerator<Buffer, void, undefined> {
  const { path } = file;
  if (path === CHECKPOINT && survey.sealed !== null) yield Buffer.from(survey.sealed.text);
  else if (path !== PROJECT_LOG && isLog(path)) yield* readTaskLog(projectFolder, survey, file);
  else yield* readFromBeginning(join(projectFolder, path), file.bytes);
}

async function* readFromBeginning(source: string, to: number): AsyncGenerator<Buffer, void, undefined> {
  const file = openRegularFile(source);
  try {
    yield* readChunks(file, source, { to });
  } finally {
    file.close();
  }
}

/** By offset in the whole log: a segment may have been sealed since the log was cut. */
async function* readTaskLog(
  projectFolder: string,
  { project, splices }: Survey,
  { path, bytes }: PayloadFile,
): AsyncGenerator<Buffer, void, undefined> {
  const [, taskId = '', name] = path.split('/');
  const task = project.tasks.get(taskId);
  const own = splices.get(taskLogOf(taskId)) ?? [];
  // Without a head the log ends after its first line, which is all of its one file.
  const end = task?.head?.bytes ?? bytes - growthOf(own, 0, Infinity);
  const parts = task === undefined ? [] : listLogParts(task, end);
  const part = parts.find((each) => each.name === name);
  if (part === undefined) return;
  const log = openTaskLog(join(projectFolder, 'tasks', taskId));
  try {
    yield* applySplices(log.read(part), part.from, own);
  } finally {
    log.close();
  }
}
