import { parseDisclosure, type Disclosure } from '../../../protocol/disclosure.ts';
import { BAG, TAG } from '../bag-files.ts';
import { attemptOf } from '../project-layout.ts';
import type { ProjectLog } from '../project-log.ts';
import type { PayloadEntry } from './check-project.ts';
import type { Problems } from './problems.ts';
import type { UnpackedBag } from './unpack-bag.ts';

/** Reads what an archive says it leaves out; null for a whole one. */
export function readDisclosure(bag: Pick<UnpackedBag, 'texts'>, problems: Problems): Disclosure | null {
  const text = bag.texts.get(TAG.disclosure);
  if (text === undefined) return null;
  const disclosure = parseDisclosure(text);
  if (disclosure === null) problems.add(TAG.disclosure, 'it does not say what was left out as Reeve does');
  return disclosure;
}

/** Checks that what is there, and what is not, is what the archive says. */
export function checkDisclosure(
  { tasks, redacted }: Disclosure,
  payload: readonly PayloadEntry[],
  log: ProjectLog,
  problems: Problems,
): void {
  const included = new Set(tasks.included);
  const unknown = tasks.included.filter((task) => !log.tasks.has(task));
  for (const task of unknown)
    problems.add(TAG.disclosure, `it includes ${JSON.stringify(task)}, which the project log does not know`);
  const leftOut = [...log.tasks.keys()].filter((task) => !included.has(task)).length;
  if (leftOut !== tasks.left_out)
    problems.add(TAG.disclosure, `it does not leave out ${tasks.left_out} of ${log.tasks.size} tasks`);
  const paths = new Set(payload.map(({ path }) => path));
  for (const path of paths) {
    const taskId = attemptOf(path)?.taskId;
    if (taskId !== undefined && !included.has(taskId))
      problems.add(BAG.payload + path, `${TAG.disclosure} says its task is left out`);
  }
  for (const each of redacted) {
    if ('sha256' in each && paths.has(each.path))
      problems.add(BAG.payload + each.path, `${TAG.disclosure} says it is withheld`);
  }
}
