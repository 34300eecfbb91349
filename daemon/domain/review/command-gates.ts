import type { CommandRecord, Finding, StepPack } from '../../../protocol/generated/types.ts';

/** Whether one required command did what is demanded of it, and in which words it did not. */
export interface CommandVerdict {
  readonly passed: boolean;
  readonly detail: string;
}

/** Judges the required command at an index by the demand of a gate, or of no gate: then it must exit 0. */
export function judgeCommand(
  records: readonly CommandRecord[],
  index: number,
  demand: 'exit_0' | 'evidence_only',
): CommandVerdict {
  const record = records.find((candidate) => candidate.index === index);
  if (record === undefined) return { passed: false, detail: `command ${index} was not run` };
  if (record.cause === 'not_found') return { passed: false, detail: `command ${index}: program not found` };
  if (record.cause !== 'exited')
    return { passed: false, detail: `command ${index} ended by ${record.cause}` };
  if (demand === 'evidence_only') {
    const hasOutput = record.stdout.bytes + record.stderr.bytes > 0;
    return { passed: hasOutput, detail: hasOutput ? 'output recorded' : `command ${index} gave no output` };
  }
  return { passed: record.exit_code === 0, detail: `command ${index} exited ${String(record.exit_code)}` };
}

/** Every required command that failed its strictest demand, in one finding. */
export function commandFindings(pack: StepPack, records: readonly CommandRecord[]): readonly Finding[] {
  const failures = pack.commands.required
    .map((_, index) => judgeCommand(records, index, demandOf(pack, index)))
    .filter((verdict) => !verdict.passed);
  if (failures.length === 0) return [];
  return [
    { code: 'COMMAND_FAILED', detail: failures.map((failure) => failure.detail).join('; '), paths: [] },
  ];
}

function demandOf(pack: StepPack, index: number): 'exit_0' | 'evidence_only' {
  const gates = pack.acceptance.gates.filter((gate) => gate.command_index === index);
  const lenient = gates.length > 0 && gates.every((gate) => gate.type === 'required_command_evidence_only');
  return lenient ? 'evidence_only' : 'exit_0';
}
