import { BAG, BAG_LABEL, parseInfo } from '../bag-files.ts';
import { redactedSeqs, type Disclosure } from '../../../protocol/disclosure.ts';
import { attemptOf, taskLogOf } from '../project-layout.ts';
import type { ProjectLog } from '../project-log.ts';
import type { PayloadEntry } from './check-project.ts';
import type { Problems } from './problems.ts';
import type { UnpackedBag } from './unpack-bag.ts';

/** Checks that the bag's description, its payload and its project log tell the same. */
export function checkInfo(
  top: string,
  bag: UnpackedBag,
  payload: readonly PayloadEntry[],
  log: ProjectLog,
  disclosure: Disclosure | null,
  problems: Problems,
): void {
  const info = parseInfo(bag.texts.get(BAG.info) ?? '');
  const bytes = payload.reduce((sum, { entry }) => sum + entry.bytes, 0);
  const expected: readonly (readonly [label: string, value: string])[] = [
    [BAG_LABEL.projectId, top],
    [BAG_LABEL.payloadOxum, `${bytes}.${payload.length}`],
    [BAG_LABEL.ledgerHead, `${log.head.seq} ${log.head.event_hash}`],
  ];
  for (const [label, value] of expected) {
    const found = info.get(label) ?? [];
    if (found.length !== 1 || found[0] !== value) problems.add(BAG.info, `its ${label} is not ${value}`);
  }
  checkHeads(payload, log, disclosure, problems);
}

/** Every task log ends exactly where the project log says, so a cut one is noticed before its lines are read. */
function checkHeads(
  payload: readonly PayloadEntry[],
  log: ProjectLog,
  disclosure: Disclosure | null,
  problems: Problems,
): void {
  const sizes = new Map(payload.map(({ path, entry }) => [path, entry.bytes]));
  const included = disclosure === null ? null : new Set(disclosure.tasks.included);
  for (const { task_id, head, sealed } of log.tasks.values()) {
    if (included?.has(task_id) === false) continue;
    const path = taskLogOf(task_id);
    const files = [...sealed.map(({ file }) => `tasks/${task_id}/${file}`), path];
    const missing = files.filter((file) => !sizes.has(file));
    for (const file of missing)
      problems.addLoss(BAG.payload + file, 'it is missing, although the project log knows the task');
    // A redacted line has another length than the line it was.
    const isRedacted = disclosure !== null && redactedSeqs(disclosure, path).size > 0;
    if (missing.length > 0 || head === null || isRedacted) continue;
    const size = files.reduce((sum, file) => sum + (sizes.get(file) ?? 0), 0);
    const told = `it has ${size} bytes, but its head is at ${head.bytes}`;
    if (size < head.bytes) problems.addLoss(BAG.payload + path, told);
    else if (size > head.bytes) problems.add(BAG.payload + path, told);
  }
  for (const { path } of payload) {
    const taskId = attemptOf(path)?.taskId;
    if (taskId !== undefined && !log.tasks.has(taskId)) {
      problems.add(BAG.payload + path, 'the project log does not know its task');
    }
  }
}
