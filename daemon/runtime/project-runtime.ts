import { ReeveError } from '../../protocol/errors.ts';
import type { LedgerEvent } from '../../protocol/events.ts';
import type { Actor } from '../../protocol/generated/types.ts';
import { decideTask } from '../domain/decide-task.ts';
import type { TaskCommand } from '../domain/task-command.ts';
import { evolveTask } from '../domain/evolve-task.ts';
import type { DependencyStanding } from '../domain/plan.ts';
import { emptyTask, taskStatus, type TaskState } from '../domain/task-state.ts';
import { isClosed } from '../ledger/task-status.ts';
import type { ProjectLedger } from '../ports/ledger.ts';
import type { TaskOverview } from '../ports/services.ts';
import { createTaskBoard } from './task-board.ts';

/** The daemon itself, as the author of events. */
export const DAEMON: Actor = { kind: 'daemon', id: 'reeve' };

/** One project while it is open for writing: its ledger and the states of its open tasks, folded from it. */
export interface ProjectRuntime {
  readonly projectId: string;
  readonly ledger: ProjectLedger;
  /** Tasks that are not closed. */
  openTasks(): Iterable<TaskState>;
  /** The state of an open task; undefined when it is closed or unknown. */
  peek(taskId: string): TaskState | undefined;
  /** The state of any known task, closed ones replayed on demand; an empty state for an unknown one. */
  load(taskId: string): Promise<TaskState>;
  /**
   * Decides a command, appends its events and resolves once they are durable; no events when it had happened already.
   *
   * @throws ReeveError with the refusal's code when the command is refused
   */
  apply(taskId: string, command: TaskCommand, actor?: Actor): Promise<readonly LedgerEvent[]>;
  dependency(taskId: string): DependencyStanding;
  /** The tasks that matter now, from memory. */
  overview(): TaskOverview;
  /** A known task whose id differs from this one in case alone. */
  twinOf(taskId: string): string | undefined;
}

/** Opens a project: replays its open tasks; `onChange` hears of every task whose state moved. */
export async function openProjectRuntime(
  ledger: ProjectLedger,
  onChange: (projectId: string, state: TaskState) => void,
): Promise<ProjectRuntime> {
  const states = new Map<string, TaskState>();
  const board = createTaskBoard(ledger.projectId, ledger.tasks);
  const lowerCase = new Map([...ledger.tasks.keys()].map((taskId) => [taskId.toLowerCase(), taskId]));

  const replay = async (taskId: string): Promise<TaskState> => {
    let state = emptyTask(taskId);
    for await (const event of ledger.readTask(taskId)) state = evolveTask(state, event);
    return state;
  };
  const load = async (taskId: string): Promise<TaskState> => {
    const known = states.get(taskId);
    if (known !== undefined) return known;
    const state = ledger.tasks.has(taskId) ? await replay(taskId) : emptyTask(taskId);
    // Whoever loaded it meanwhile may have moved it on: theirs is the newer state.
    const meanwhile = states.get(taskId);
    if (meanwhile !== undefined) return meanwhile;
    if (state.closed === null) states.set(taskId, state);
    return state;
  };
  const apply = async (taskId: string, command: TaskCommand, actor: Actor = DAEMON) => {
    const loaded = await load(taskId);
    // Invariant: nothing waits between this look and the new state in its place, or two commands that come at once
    // would both decide on the same state.
    const state = states.get(taskId) ?? loaded;
    const decision = decideTask(command, state);
    if (!decision.ok) throw new ReeveError(decision.code, decision.message, { hint: decision.hint });
    if (decision.drafts.length === 0) return [];
    // The head that is committed with these events announces the status they lead to.
    const next = decision.drafts.reduce(evolveTask, state);
    const appended = ledger.appendTask(taskId, actor, taskStatus(next), decision.drafts);
    lowerCase.set(taskId.toLowerCase(), taskId);
    board.note(taskId);
    if (next.closed === null) states.set(taskId, next);
    else states.delete(taskId);
    await appended.durable.catch((error: unknown) => unwind(taskId, error));
    onChange(ledger.projectId, next);
    return appended.events;
  };
  /** What was not written (a full disk) did not happen: the state is again what the log says. */
  const unwind = async (taskId: string, error: unknown): Promise<never> => {
    states.delete(taskId);
    board.note(taskId);
    if (ledger.tasks.has(taskId)) await load(taskId);
    throw error;
  };

  for (const { task_id, status } of ledger.tasks.values()) if (!isClosed(status)) await load(task_id);
  return {
    projectId: ledger.projectId,
    ledger,
    openTasks: () => states.values(),
    peek: (taskId) => states.get(taskId),
    load,
    apply,
    dependency: (taskId) => DEPENDENCY[ledger.tasks.get(taskId)?.status ?? ''] ?? 'open',
    overview: board.overview,
    twinOf(taskId) {
      const known = lowerCase.get(taskId.toLowerCase());
      return known === taskId ? undefined : known;
    },
  };
}

const DEPENDENCY: Readonly<Record<string, DependencyStanding>> = {
  accepted: 'accepted',
  rejected: 'failed',
  abandoned: 'failed',
};
