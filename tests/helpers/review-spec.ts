import assert from 'node:assert/strict';
import { parseStepPack } from '../../protocol/step-pack/parse-step-pack.ts';
import type { CommandRecord, FileChange, ProcessEnd, StepPack } from '../../protocol/generated/types.ts';
import type { ReviewEvidence } from '../../daemon/domain/review/evidence.ts';
import { reviewAttempt, type ReviewOutcome } from '../../daemon/domain/review/review-attempt.ts';
import { roundFolder } from '../../daemon/domain/round-folder.ts';

/** A pack with two commands and two criteria, one gate each, and both review gates on the second. */
export function packOf(change: Record<string, unknown> = {}): StepPack {
  const document = {
    task_id: 'T-1',
    run_id: 'T-1_run',
    title: 'A step',
    allowed_paths: ['src/**'],
    forbidden_paths: ['src/secret/**', '*.key'],
    commands_to_run: ['node check.mjs', 'node --test'],
    acceptance_criteria: ['AC1: it checks.', 'AC2: it tests.'],
    gates: [
      {
        gate_id: 'G1',
        owner: 'worker',
        type: 'required_command_exit_0',
        target_ac: ['AC1'],
        command_index: 0,
      },
      {
        gate_id: 'G2',
        owner: 'worker',
        type: 'required_command_exit_0',
        target_ac: ['AC2'],
        command_index: 1,
      },
      { gate_id: 'G3', owner: 'controller', type: 'qa_scope_guard_review', target_ac: ['AC2'] },
      { gate_id: 'G4', owner: 'controller', type: 'qa_evidence_review', target_ac: ['AC2'] },
    ],
    ...change,
  };
  const parsed = parseStepPack(Buffer.from(JSON.stringify(document)));
  assert.ok(parsed.ok, JSON.stringify(parsed.ok ? '' : parsed.problems));
  return parsed.value;
}

export const IN_ORDER: ProcessEnd = {
  exit_code: 0,
  signal: null,
  cause: 'exited',
  duration_ms: 1,
  peak_memory_bytes: 0,
  survivors: [],
};

export function command(index: number, exit: number, change: Partial<CommandRecord> = {}): CommandRecord {
  const stream = { artifact: null, bytes: 3, truncated: false };
  return {
    index,
    command: `command ${index}`,
    argv: ['node'],
    exit_code: exit,
    cause: 'exited',
    duration_ms: 1,
    log_sha256: 'a'.repeat(64),
    stdout: stream,
    stderr: stream,
    ...change,
  };
}

export function change(path: string, status: FileChange['status'] = 'added'): FileChange {
  return { path, status, old_mode: '000000', new_mode: '100644', renamed_from: null };
}

/** Evidence of an attempt in which all went well, changed in one place. */
export function evidenceOf(different: Partial<ReviewEvidence> = {}): ReviewEvidence {
  return {
    attempt: { attempt_id: 'A_1', r: 0, s: 0 },
    round: 2,
    worker: IN_ORDER,
    preflight: [],
    commands: [command(0, 0), command(1, 0)],
    changes: [change('src/a.ts')],
    symlinks: [],
    submodules: [],
    unmeasured: [],
    controlChanges: [],
    roundFiles: [],
    workerReport: null,
    ...different,
  };
}

export function review(
  different: Partial<ReviewEvidence> = {},
  pack: StepPack = packOf(),
  commandLines: readonly (readonly string[])[] = pack.commands.required.map((line) => line.split(' ')),
): ReviewOutcome {
  return reviewAttempt(pack, evidenceOf(different), commandLines);
}

export function codes(outcome: ReviewOutcome): readonly string[] {
  return outcome.findings.map((finding) => finding.code);
}

export const ROUND = roundFolder({ run_id: 'T-1_run', step_id: 'S1' }, 2);
