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
import type { Block, Page } from './page.ts';
import type { ReportSources } from './report-sources.ts';

/** Composes the report in the order in which an auditor asks. */
export function composePage(sources: ReportSources, facts: ReportFacts): Page {
  return { kicker: 'Auditor’s report', title: facts.projectId, blocks: composeBlocks(sources, facts) };
}

/** One task after the other: all of them at once would take ten times the memory of their text. */
function* composeBlocks(sources: ReportSources, facts: ReportFacts): Generator<Block, void, undefined> {
  const redacted = new Set(facts.leftOut.redactedFiles.map(({ path }) => path));
  yield* composeOpening(sources, facts);
  yield* composeVerification(sources, facts);
  yield* composeSummary(sources);
  yield* composeWithheld(sources, facts);
  yield* composeAttention(sources);
  yield* composeTaskList(sources);
  for (const [index, chosen] of sources.chosen.entries())
    yield composeTask(chosen, index, sources.files, redacted);
  yield* composeOtherTasks(sources);
  yield* composeProject(sources);
  yield* composeGlossary();
}
