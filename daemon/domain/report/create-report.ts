import { isEventType, logOf, type LedgerEvent } from '../../../protocol/events.ts';
import { validateEventData } from '../../../protocol/generated/validators.js';
import { createFileContents } from './fold/file-contents.ts';
import { NEW_PROJECT, tellProject, tellProjectWithheld, type ProjectStory } from './fold/project-story.ts';
import type { ShortlistLimits } from './fold/shortlist.ts';
import { createTaskBook } from './fold/task-book.ts';
import { createTimeline } from './fold/timeline.ts';
import { listWantedFiles } from './fold/wanted-files.ts';
import { composePage } from './page/compose-page.ts';
import { renderHtml } from './render/render-html.ts';
import { renderMarkdown } from './render/render-markdown.ts';
import type { Report, WithheldLine } from './report.ts';

/** How long a report may become. */
export interface ReportLimits extends ShortlistLimits {
  /** Tasks beyond those told in full that get a row of the list; the rest are counted. */
  readonly rows: number;
}

const DEFAULT_LIMITS: ReportLimits = { tasks: 1_000, characters: 8 * 1024 * 1024, rows: 2_000 };

/** Creates an empty report. See `Report` for the order of calls. @param limits for tests of long projects */
export function createReport(limits: ReportLimits = DEFAULT_LIMITS): Report {
  const tasks = createTaskBook(limits);
  const files = createFileContents(limits.characters);
  const timeline = createTimeline();
  let project: ProjectStory = NEW_PROJECT;
  return {
    add: (event) => {
      timeline.add(event);
      if (!isTellable(event)) return timeline.skip(event);
      if (event.task_id !== undefined) return tasks.tell(event.task_id, event);
      project = tellProject(project, event);
      tasks.know(event);
    },
    addWithheld: (line) => {
      timeline.withhold();
      const taskId = taskOf(line);
      if (taskId !== null) return tasks.withhold(taskId, line);
      project = tellProjectWithheld(project, line);
    },
    wantedFiles: () => listWantedFiles(tasks.read().chosen),
    addFile: files.add,
    finish: (facts) => {
      const told = { ...tasks.read(), project, files, timeline: timeline.read(), rows: limits.rows };
      // A page for each, as it is composed while it is rendered.
      const [text, document] = [composePage(told, facts), composePage(told, facts)];
      return { markdown: renderMarkdown(text), html: renderHtml(document) };
    },
  };
}

/** Threat: a line that hashes and links may still hold anything; only what fits its schema is told. */
function isTellable(event: LedgerEvent): boolean {
  if (!isEventType(event.type)) return false;
  const log = event.task_id === undefined ? 'project' : 'task';
  return logOf(event.type) === log && validateEventData[event.type](event.data);
}

function taskOf({ log }: WithheldLine): string | null {
  return /^tasks\/([^/]+)\//.exec(log)?.[1] ?? null;
}
