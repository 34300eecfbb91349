import { join } from 'node:path';
import { verifyProject } from '../../daemon/ledger/verify-project.ts';
import type { VerifyReport } from '../../daemon/ledger/verify-report.ts';
import type { Answer, Context } from '../context.ts';
import { findProjectsOf } from '../find-task.ts';
import { openQueries } from '../services.ts';
import { reportLines, verdictExit } from '../verify/report-lines.ts';

/**
 * `reeve verify [TASK]`: checks every line, link, head and file against tampering. It only reads; exits 6 when
 * something was changed, 3 when it cannot tell.
 */
export async function verify(context: Context, [taskId]: readonly string[]): Promise<Answer> {
  const { options, paint } = context;
  const archive = options.text('archive');
  if (archive !== undefined)
    return (await import('../verify/verify-archive.ts')).verifyArchiveFile(context, archive);
  const { workflow } = (await context.config()).paths;
  const reports: { readonly project_id: string; readonly report: VerifyReport }[] = [];
  for (const project of await findProjects(context, taskId)) {
    const report = await verifyProject(join(workflow, project), taskId === undefined ? {} : { taskId });
    reports.push({ project_id: project, report });
  }
  const exits = reports.map(({ report }) => verdictExit(report, options.flag('strict')));
  return {
    data: { projects: reports.map(({ project_id, report }) => ({ project_id, ...report })) },
    text: () => {
      if (reports.length === 0) return ['There is no ledger here yet, so nothing to verify.'];
      return reports.flatMap(({ project_id, report }) => reportLines(project_id, report, paint));
    },
    exit: Math.max(0, ...exits),
  };
}

async function findProjects(context: Context, taskId: string | undefined): Promise<readonly string[]> {
  if (taskId !== undefined) return findProjectsOf(context, taskId);
  const only = context.options.text('project');
  if (only !== undefined) return [only];
  const queries = await openQueries(await context.config());
  return (await queries.listProjects()).map(({ project_id }) => project_id);
}
