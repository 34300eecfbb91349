import type { FileContents } from '../fold/file-contents.ts';
import type { ProjectStory } from '../fold/project-story.ts';
import type { TaskFacts } from '../fold/task-book.ts';
import type { TimelineFacts } from '../fold/timeline.ts';

/** All that a page is composed from, beside what the exporter says. */
export interface ReportSources extends TaskFacts {
  readonly project: ProjectStory;
  readonly files: Pick<FileContents, 'of' | 'changed'>;
  readonly timeline: TimelineFacts;
  /** Rows of the list of tasks that are not told in full. */
  readonly rows: number;
}
