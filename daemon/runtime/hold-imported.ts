import { access, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from './durable-file.ts';
import type { ProjectRuntime } from './project-runtime.ts';

/** Lies in the folder of a project from its import until its open tasks are held; a dot keeps it out of archives. */
const MARK = '.imported';

/** Marks an unpacked project before it takes its place, so that no crash lets its tasks run unheld. */
export async function markImported(stagedFolder: string): Promise<void> {
  await writeFile(join(stagedFolder, MARK), '');
  await syncFolder(stagedFolder);
}

/**
 * Leaves the open tasks of a project that was just imported to a person.
 *
 * Threat: an archive comes from elsewhere, and an open task in it would have this machine carry out its commands.
 * Closed tasks, and those that wait for a person already, are not touched: their heads stay those of the archive.
 */
export async function holdImported(project: ProjectRuntime): Promise<void> {
  const mark = join(project.ledger.folder, MARK);
  const isMarked = await access(mark).then(
    () => true,
    () => false,
  );
  if (!isMarked) return;
  const detail = 'the task came here in an archive; a person decides whether it goes on here';
  const escalation = { reason_code: 'EXECUTION_BLOCKED_UNAPPROVED', detail } as const;
  for (const { taskId, steps } of [...project.openTasks()]) {
    for (const { stepId, phase } of steps.values()) {
      if (phase.type === 'done' || phase.type === 'reported') continue;
      await project.apply(taskId, { type: 'escalate', stepId, escalation });
    }
  }
  await rm(mark);
}
