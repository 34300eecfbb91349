import type { Gate } from '../generated/types.ts';

/** The gates of a pack that gives none: every required command exits 0, and scope and evidence are reviewed. */
export function defaultGates(criteria: readonly string[], commandCount: number): readonly Gate[] {
  const commands = Array.from({ length: commandCount }, (_, index): Gate => ({
    gate_id: `command_${index}`,
    owner: 'worker',
    type: 'required_command_exit_0',
    target_ac: criteria,
    command_index: index,
    pass_condition: `Required command ${index} exits 0.`,
  }));
  return [...commands, ...defaultReviewGates(criteria, [])];
}

/** The two review gates of criteria that have no gate of their own; their ids avoid those already taken. */
export function defaultReviewGates(criteria: readonly string[], taken: readonly Gate[]): readonly Gate[] {
  const ids = new Set(taken.map(({ gate_id }) => gate_id));
  const free = (name: string): string => (ids.has(name) ? free(`${name}_default`) : name);
  return [
    {
      gate_id: free('scope_review'),
      owner: 'controller',
      type: 'qa_scope_guard_review',
      target_ac: criteria,
      command_index: null,
      pass_condition: 'Every changed path is allowed and none is forbidden.',
    },
    {
      gate_id: free('evidence_review'),
      owner: 'controller',
      type: 'qa_evidence_review',
      target_ac: criteria,
      command_index: null,
      pass_condition: 'All required evidence exists in the folder of this round.',
    },
  ];
}
