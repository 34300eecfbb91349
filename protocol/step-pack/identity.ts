import type { StepPack } from '../generated/types.ts';
import { isId } from '../ids.ts';
import type { PackSource } from './pack-source.ts';

type Identity = Pick<
  StepPack,
  'task_id' | 'run_id' | 'step_id' | 'step_title' | 'step_description' | 'objective'
>;

const SAFE_ID_HINT = 'Device names of Windows and a trailing dot cannot name a folder.';

/**
 * Reads what the step is called.
 *
 * Defaults: step `S1`; run `<task_id>_<12 digits of the pack's SHA-256>`; description and objective are the title.
 */
export function readIdentity(source: PackSource, sha256: string): Identity {
  const { document } = source;
  const text = (raw: string) => raw;
  const taskId = source.read([{ pointer: '/task_id', raw: document.task_id }], text);
  const givenRunId = source.read([{ pointer: '/run_id', raw: document.run_id }], text);
  const stepId = source.read([{ pointer: '/step_id', raw: document.step_id }], text);
  const title = source.read(
    [
      { pointer: '/step_title', raw: document.step_title },
      { pointer: '/title', raw: document.title },
    ],
    text,
  );
  const description = source.read(
    [
      { pointer: '/step_description', raw: document.step_description },
      { pointer: '/description', raw: document.description },
    ],
    text,
  );
  const objective = source.read([{ pointer: '/objective', raw: document.objective }], text);
  if (title.value === null && title.isSound) {
    source.report(
      'MISSING',
      title.pointer,
      'step_title is missing.',
      'One line that says what the step does.',
    );
  }
  for (const { value, pointer } of [taskId, givenRunId, stepId]) {
    if (value !== null && !isId(value)) {
      source.report('BAD_FORMAT', pointer, `${JSON.stringify(value)} cannot name a folder.`, SAFE_ID_HINT);
    }
  }
  const task_id = taskId.value ?? '';
  const step_title = title.value ?? '';
  return {
    task_id,
    run_id: runId(source, task_id, givenRunId.value, sha256),
    step_id: stepId.value ?? 'S1',
    step_title,
    step_description: description.value ?? step_title,
    objective: objective.value ?? step_title,
  };
}

function runId(source: PackSource, taskId: string, given: string | null, sha256: string): string {
  const made = `${taskId}_${sha256.slice(0, 12)}`;
  if (given === null) {
    if (taskId !== '' && isId(taskId) && !isId(made)) {
      source.report(
        'OUT_OF_BOUNDS',
        '/task_id',
        'The task id leaves no room for a run id.',
        'At most 115 characters.',
      );
    }
    return made;
  }
  if (taskId !== '' && !given.startsWith(`${taskId}_`)) {
    const hint = `As in ${made}.`;
    source.report('RUN_ID_MISMATCH', '/run_id', `The run id must begin with ${taskId}_.`, hint);
  }
  return given;
}
