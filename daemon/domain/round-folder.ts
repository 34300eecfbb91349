import type { StepPack } from '../../protocol/generated/types.ts';

/** The folder of one dispatch, relative to the worktree, as the evidence patterns of real packs name it. */
export function roundFolder(pack: Pick<StepPack, 'run_id' | 'step_id'>, round: number): string {
  return `.artifacts/agent_runs/${pack.run_id}/steps/${pack.step_id}/rounds/R${round}`;
}

/** Where the output of a re-run command is kept, relative to the round folder. */
export function commandOutput(index: number, stream: 'stdout' | 'stderr'): string {
  return `outputs/cmd_${index}.${stream}.txt`;
}
