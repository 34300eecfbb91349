/**
 * Tells whether a file of a project is part of its archive.
 *
 * ```
 * events.jsonl   tasks/<id>/events.jsonl           the logs
 * events.jsonl.torn-<n>, beside any log             what recovery cut off
 * manifest/*.json   tasks/<id>/packs/*.json
 * tasks/<id>/artifacts/**   rejected/**
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

/** Tells whether a path is a log: the only files that grow. */
export function isLog(path: string): boolean {
  return LOG.test(path);
}

/** Tells to which attempt of which task a path belongs; null for none. */
export function attemptOf(
  path: string,
): { readonly taskId: string; readonly attemptId: string | undefined } | null {
  const [, taskId, attemptId] = ATTEMPT.exec(path) ?? [];
  return taskId === undefined ? null : { taskId, attemptId };
}

const LOG = /^(?:tasks\/[^/]+\/)?events\.jsonl$/;

const FILE =
  /^(?:(?:tasks\/[^/]+\/)?events\.jsonl(?:\.torn-\d{1,15}(?:-\d{1,9})?)?|(?:manifest|tasks\/[^/]+\/packs)\/[^./][^/]*\.json|rejected\/[^./].*|tasks\/[^/]+\/artifacts\/.+)$/s;

const FOLDER = /^(?:manifest|rejected(?:\/[^./].*)?|tasks(?:\/[^/]+(?:\/(?:packs|artifacts(?:\/.+)?))?)?)$/s;

const ATTEMPT = /^tasks\/([^/]+)(?:\/artifacts\/R\d+\/S\d+\/([^/]+))?/;
