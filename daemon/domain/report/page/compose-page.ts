import type { ReportFacts } from '../report.ts';
import { composeAttention } from './compose-attention.ts';
import { composeGlossary } from './compose-glossary.ts';
import { composeOpening } from './compose-opening.ts';
import { composeOtherTasks } from './compose-other-tasks.ts';
import { composeProject } from './compose-project.ts';
import { composeSummary } from './compose-summary.ts';
import { composeTask } from './compose-task.ts';
import { composeTaskList } from './compose-task-list.ts';
import { composeVerification } from './compose-verification.ts';
import { composeWithheld } from './compose-withheld.ts';
import type { Page } from './page.ts';
import type { ReportSources } from './report-sources.ts';

/** Composes the report in the order in which an auditor asks. */
export function composePage(sources: ReportSources, facts: ReportFacts): Page {
  const redacted = new Set(facts.leftOut.redactedFiles.map(({ path }) => path));
  return {
    kicker: 'Auditor’s report',
    title: facts.projectId,
    blocks: [
      ...composeOpening(sources, facts),
      ...composeVerification(sources, facts),
      ...composeSummary(sources),
      ...composeWithheld(sources, facts),
      ...composeAttention(sources),
      ...composeTaskList(sources),
      ...sources.chosen.map((chosen, index) => composeTask(chosen, index, sources.files, redacted)),
      ...composeOtherTasks(sources),
      ...composeProject(sources),
      ...composeGlossary(),
    ],
  };
}
