import type { CommandRecord, FileChange, ProcessEnd, StepPack } from '../../protocol/generated/types.ts';

/** Sums up in markdown what was measured, for a worker that left no last message of its own. */
export function renderSummary(
  pack: StepPack,
  measured: {
    readonly changes: readonly FileChange[];
    readonly commands: readonly CommandRecord[];
    readonly worker: ProcessEnd | null;
  },
): string {
  const { changes, commands, worker } = measured;
  const ended =
    worker === null ? 'was not started' : `ended (${worker.cause}, exit code ${String(worker.exit_code)})`;
  return [
    `# ${pack.step_title}`,
    '',
    `Written by the controller: the worker left no message. The worker ${ended}.`,
    '',
    '## Files changed',
    '',
    ...(changes.length === 0 ? ['None.'] : changes.map((change) => `- ${change.path} (${change.status})`)),
    '',
    '## Required commands',
    '',
    ...(commands.length === 0
      ? ['None were run.']
      : commands.map((record) => `- exit ${String(record.exit_code)}: \`${record.command.slice(0, 200)}\``)),
    '',
    '## Acceptance criteria',
    '',
    ...pack.acceptance.criteria.map((criterion) => `- ${criterion.text}`),
    '',
  ].join('\n');
}
