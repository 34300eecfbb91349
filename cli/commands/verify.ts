import { join } from 'node:path';
import { listSeenProjects } from '../../daemon/anchors/seen-checkpoint.ts';
import { listLedgers } from '../../daemon/ledger/list-ledgers.ts';
import { verifyProject } from '../../daemon/ledger/verify-project.ts';
import type { VerifyReport } from '../../daemon/ledger/verify-report.ts';
import { isId } from '../../protocol/ids.ts';
import type { Answer, Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { findProjectsOf } from '../find-task.ts';
import { ownAnchors } from '../verify/anchors-of-copies.ts';
import { gatherEvidence, isTreeAlone, readGiven, type Evidence } from '../verify/gather-evidence.ts';
import { reportLines } from '../verify/report-lines.ts';
import { strayAnchors } from '../verify/stray-anchors.ts';
import { verdictExit, worstExit } from '../verify/verdict-exit.ts';

/** One project's answer. */
interface VerifiedProject {
  readonly project_id: string;
  readonly report: VerifyReport;
  /** What was found and could not be checked. */
  readonly notes: readonly string[];
  /** Anchors that were left out, since they are about another copy of the log here. */
  readonly copies: readonly string[];
  /** Proofs that were to be checked and did not hold. */
  readonly failures: readonly string[];
}

/**
 * `reeve verify [TASK]`: checks every line, link, head and file against tampering, and all of it against what vouches
 * for it from outside. It only reads; the exit status tells each verdict.
 */
export async function verify(context: Context, [taskId]: readonly string[]): Promise<Answer> {
  const { options, paint } = context;
  const archive = options.text('archive');
  if (archive !== undefined)
    return (await import('../verify/verify-archive.ts')).verifyArchiveFile(context, archive);
  const given = await readGiven(context);
  const projects: VerifiedProject[] = [];
  for (const project of await findProjects(context, taskId)) {
    projects.push(await verifyOne(context, given, project, taskId));
  }
  const stray = strayAnchors(
    given.anchors,
    projects.map(({ report }) => report),
  );
  const strict = options.flag('strict');
  const exits = projects.flatMap(({ report, notes, failures }) => [
    verdictExit(report, strict),
    ...(failures.length > 0 ? [EXIT.cannotVerify] : []),
    ...(strict && notes.length > 0 ? [EXIT.failed] : []),
  ]);
  return {
    data: { projects: projects.map(({ report, ...rest }) => ({ ...rest, ...report })), notes: stray },
    text: () => [
      ...(projects.length === 0 ? ['There is no ledger here yet, so nothing to verify.'] : []),
      ...projects.flatMap(({ project_id, report, notes, copies, failures }) => [
        ...reportLines(project_id, report, [...notes, ...copies], paint),
        ...failures.map((failure) => `  ${paint.red('✗')} ${paint.safe(failure)}`),
      ]),
      ...stray.map((note) => `${paint.red('✗')} ${paint.safe(note)}`),
    ],
    exit: worstExit([...exits, ...(stray.length > 0 ? [EXIT.cannotVerify] : [])]),
  };
}

async function verifyOne(
  context: Context,
  given: Evidence,
  project_id: string,
  taskId: string | undefined,
): Promise<VerifiedProject> {
  const { paths, repository, userState } = await context.config();
  const projectFolder = join(paths.workflow, project_id);
  // Before the ledger is read: it may grow meanwhile, and its checkpoints with it.
  const evidence = await gatherEvidence(context, given, { projectFolder, userState, repository });
  const { anchors, notes: copies } = ownAnchors(paths.workflow, project_id, evidence.anchors);
  const { trustedKeys, notes, failures } = evidence;
  const task = taskId === undefined ? {} : { taskId };
  const report = await verifyProject(projectFolder, { anchors, trustedKeys, ...task });
  return { project_id, report, notes, copies, failures };
}

async function findProjects(context: Context, taskId: string | undefined): Promise<readonly string[]> {
  if (taskId !== undefined) return findProjectsOf(context, taskId);
  const only = context.options.text('project');
  if (only !== undefined) return [only];
  const { paths, userState } = await context.config();
  const found = listLedgers(paths.workflow);
  if (isTreeAlone(context) || userState === null) return found;
  // Threat: a project that was deleted as a whole is on no list but this one.
  const seen = listSeenProjects(userState, paths.workflow).filter(isId);
  return [...new Set([...found, ...seen])].sort();
}
