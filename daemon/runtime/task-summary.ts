import type { TaskHead } from '../ports/ledger.ts';
import type { TaskSummary } from '../ports/services.ts';

/** What the newest head of a task tells of it, without its log. */
export function summarise(projectId: string, head: TaskHead): TaskSummary {
  return {
    project_id: projectId,
    task_id: head.task_id,
    title: head.title,
    status: head.status,
    updated: head.updated,
    events: head.seq,
    head_hash: head.event_hash,
  };
}
