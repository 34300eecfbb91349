/** Names the branch that an accepted run of a task is committed on. */
export function branchName(taskId: string, runId: string): string {
  return `reeve/${toRefPart(taskId)}/${toRefPart(runId)}`;
}

/** Names the ref that keeps the work of one attempt from being collected. */
export function snapshotRef(taskId: string, attemptId: string): string {
  return `refs/reeve/wip/${toRefPart(taskId)}/${toRefPart(attemptId)}`;
}

/**
 * Escapes the few identifiers that git refuses in a ref (git-check-ref-format(1)): two dots in a row, and a final
 * dot or `.lock`. The percent sign is no part of an identifier, so no two of them meet.
 */
function toRefPart(id: string): string {
  return id.replace(/\.(?=\.)|\.$|\.(?=lock$)/g, '%2E');
}
