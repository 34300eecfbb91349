/**
 * Tells whether a file of a project is part of its archive.
 *
 * ```
 * events.jsonl   tasks/<id>/events.jsonl   tasks/<id>/events.<n>.jsonl   the logs
 * events.jsonl.torn-<n>, beside any log                                  what recovery cut off
 * checkpoint   anchors/*   policy/*.json   manifest/*.json
 * tasks/<id>/packs/*.json   tasks/<id>/artifacts/**   rejected/**
 * ```
 *
 * Threat: an archive with an `inbox/` would have the importing daemon carry out its packs. Projections and temporary
 * files (a leading dot) are no evidence.
 *
 * @param path relative to the project folder, POSIX separators
 */
export function isArchivedFile(path: string): boolean {
  return FILE.test(path);
}

/** Tells whether a folder can hold archived files. */
export function isArchivedFolder(path: string): boolean {
  return FOLDER.test(path);
}

/** Tells whether a path is a log, or a sealed part of one: the only evidence that grows. */
export function isLog(path: string): boolean {
  return LOG.test(path);
}

/** Tells whether verification itself needs a file: it is never withheld from an archive. */
export function isStructuralFile(path: string): boolean {
  return isLog(path) || /^(?:checkpoint|(?:anchors|manifest)\/.*)$/s.test(path);
}

/** The newest signed head of the project log. */
export const CHECKPOINT = 'checkpoint';

/** The project's own log. */
export const PROJECT_LOG = 'events.jsonl';

/** The log of a task, whatever files it is kept in. */
export function taskLogOf(taskId: string): string {
  return `tasks/${taskId}/events.jsonl`;
}

/** Tells to which attempt of which task a path belongs; null for none. */
export function attemptOf(
  path: string,
): { readonly taskId: string; readonly attemptId: string | undefined } | null {
  const [, taskId, attemptId] = ATTEMPT.exec(path) ?? [];
  return taskId === undefined ? null : { taskId, attemptId };
}

const LOG = /^(?:events\.jsonl|tasks\/[^/]+\/events\.(?:\d{6}\.)?jsonl)$/;

const FILE =
  /^(?:(?:tasks\/[^/]+\/)?events\.jsonl(?:\.torn-\d{1,15}(?:-\d{1,9})?)?|tasks\/[^/]+\/events\.\d{6}\.jsonl|checkpoint|anchors\/\d{1,15}\.(?:checkpoint|tsr|[0-9a-f]{16}\.sig)|policy\/[0-9a-f]{64}\.json|(?:manifest|tasks\/[^/]+\/packs)\/[^./][^/]*\.json|rejected\/[^./].*|tasks\/[^/]+\/artifacts\/.+)$/s;

const FOLDER =
  /^(?:manifest|anchors|policy|rejected(?:\/[^./].*)?|tasks(?:\/[^/]+(?:\/(?:packs|artifacts(?:\/.+)?))?)?)$/s;

const ATTEMPT = /^tasks\/([^/]+)(?:\/artifacts\/R\d+\/S\d+\/([^/]+))?/;
