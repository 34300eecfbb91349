import type { ReviewRecord, ReworkPack, StepPack } from '../../protocol/generated/types.ts';

/** The attempt a ReworkPack answers. */
export interface ReworkSource {
  readonly attempt: ReworkPack['source_attempt'];
  readonly packSha256: string;
  readonly threadId: string | null;
}

/**
 * Compiles what must change from a failed review: deterministic, so that the same review gives the same bytes.
 *
 * Criteria are quoted verbatim, and exactly the commands whose gates failed are to be run again.
 */
export function compileRework(pack: StepPack, review: ReviewRecord, source: ReworkSource): ReworkPack {
  const failedGates = pack.acceptance.gates.flatMap((gate) => {
    const result = review.gates.find((candidate) => candidate.id === gate.gate_id);
    return result === undefined || result.passed ? [] : [{ gate, detail: result.detail }];
  });
  const unmet = review.criteria.filter((criterion) => !criterion.met);
  return {
    task_kind: 'rework',
    task_id: pack.task_id,
    run_id: pack.run_id,
    step_id: pack.step_id,
    thread_id: source.threadId,
    source_attempt: source.attempt,
    target_revision: source.attempt.r + 1,
    step_pack_sha256: source.packSha256,
    overall_assessment: review.reason_detail,
    problems:
      unmet.length > 0
        ? unmet.map((criterion) => criterionProblem(criterion, review))
        : findingProblems(review),
    failed_gates: failedGates.map(({ gate, detail }) => ({
      gate_id: gate.gate_id,
      pass_condition: gate.pass_condition,
      detail,
    })),
    missing_evidence: missingEvidence(pack, review).map(({ id, path_pattern, required_for }) => ({
      id,
      path_pattern,
      required_for,
    })),
    required_changes: [...new Set(review.findings.map((finding) => finding.detail))],
    rerun_commands: rerunCommands(
      pack,
      failedGates.map(({ gate }) => gate),
      review,
    ),
    scope: { allowed_paths: pack.scope.allowed_paths, forbidden_paths: pack.scope.forbidden_paths },
    rework_policy: { must_reduce_open_issues: true, no_new_scope: true },
  };
}

function missingEvidence(pack: StepPack, review: ReviewRecord): StepPack['acceptance']['evidence_required'] {
  const patterns = new Set(
    review.findings
      .filter(({ code }) => code === 'EVIDENCE_MISSING' || code === 'EVIDENCE_INVALID_PATH')
      .flatMap((finding) => finding.paths),
  );
  return pack.acceptance.evidence_required.filter(({ path_pattern }) => patterns.has(path_pattern));
}

type Problem = ReworkPack['problems'][number];

function criterionProblem(criterion: ReviewRecord['criteria'][number], review: ReviewRecord): Problem {
  const failed = review.gates.filter((gate) => !gate.passed && criterion.gates.includes(gate.id));
  const issue = failed.map((gate) => `${gate.id}: ${gate.detail}`).join('; ');
  return {
    criteria: criterion.text,
    issue: issue === '' ? review.reason_detail : issue,
    evidence: criterion.evidence,
    impact: 'the criterion is not met, so the step cannot be accepted',
  };
}

/** Where every criterion is met and the attempt still failed, each finding is a problem of its own. */
function findingProblems(review: ReviewRecord): readonly Problem[] {
  return review.findings.map((finding) => ({
    criteria: null,
    issue: `${finding.code}: ${finding.detail}`,
    evidence: finding.paths,
    impact: 'the attempt cannot pass while this stands',
  }));
}

/** The commands of failed gates; after a failure that no command showed, every required command. */
function rerunCommands(
  pack: StepPack,
  failedGates: readonly StepPack['acceptance']['gates'][number][],
  review: ReviewRecord,
): readonly string[] {
  const { required } = pack.commands;
  const ungated =
    review.findings.some((finding) => finding.code === 'COMMAND_FAILED') && failedGates.length === 0;
  const indexes = new Set(failedGates.flatMap((gate) => gate.command_index ?? []));
  if (ungated || indexes.size === 0) return required;
  return required.filter((_, index) => indexes.has(index));
}
