import type { StepPack, StepResult } from '../../../protocol/generated/types.ts';
import { commandOutput, roundFolder } from '../round-folder.ts';
import type { ReviewEvidence } from './evidence.ts';

/** What the controller's step result says beyond the measured facts. */
export interface Judgement {
  readonly verdict: 'PASS' | 'FAIL';
  readonly reasonCode: StepResult['reason_code'];
  readonly detail: string;
  /** Ids of the criteria that are met. */
  readonly met: ReadonlySet<string>;
  readonly evidenceMap: Readonly<Record<string, readonly string[]>>;
  readonly outOfScope: readonly string[];
  readonly dependencyViolation: string | null;
}

/** Builds the controller's own StepResult from measurement; the worker's is only ever compared with it. */
export function buildStepResult(pack: StepPack, evidence: ReviewEvidence, judgement: Judgement): StepResult {
  const folder = roundFolder(pack, evidence.round);
  return {
    task_id: pack.task_id,
    run_id: pack.run_id,
    step_id: pack.step_id,
    attempt_id: evidence.attempt.attempt_id,
    verdict: judgement.verdict,
    reason_code: judgement.reasonCode,
    files_changed: evidence.changes.map((change) => change.path),
    commands_executed: evidence.commands.map((record) => ({
      command: record.command,
      exit_code: record.exit_code,
      evidence_path: `${folder}/${commandOutput(record.index, 'stdout')}`,
    })),
    verification_results: pack.acceptance.criteria.map((criterion) => ({
      criteria: criterion.text,
      met: judgement.met.has(criterion.id),
      evidence_path: judgement.evidenceMap[criterion.id]?.[0] ?? null,
    })),
    evidence_map: judgement.evidenceMap,
    scope_guard: {
      allowed_paths: pack.scope.allowed_paths,
      forbidden_paths: pack.scope.forbidden_paths,
      self_check: { measured_by: 'controller', out_of_scope: judgement.outOfScope },
    },
    dependency_policy_violation: judgement.dependencyViolation,
    summary: judgement.detail,
    risks: [],
    thread_id: null,
    usage: null,
  };
}
