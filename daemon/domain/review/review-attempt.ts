import type {
  CriterionResult,
  Finding,
  GateResult,
  StepPack,
  StepResult,
} from '../../../protocol/generated/types.ts';
import { commandOutput, roundFolder } from '../round-folder.ts';
import { commandFindings, judgeCommand } from './command-gates.ts';
import { dependencyFindings } from './dependency-findings.ts';
import type { ReviewEvidence } from './evidence.ts';
import { judgeEvidence, type EvidenceVerdict } from './evidence-findings.ts';
import { gateIntegrityFindings } from './gate-integrity.ts';
import { reportFindings } from './report-findings.ts';
import { scopeFindings } from './scope-findings.ts';
import { buildStepResult, type Judgement } from './step-result.ts';
import { endingFindings, exitCodeFindings } from './worker-findings.ts';

/** The controller's judgement of one attempt. */
export interface ReviewOutcome {
  readonly verdict: 'PASS' | 'FAIL';
  readonly reasonCode: Finding['code'];
  /** One sentence: the gravest finding, and how many there are. */
  readonly detail: string;
  readonly criteria: readonly CriterionResult[];
  readonly gates: readonly GateResult[];
  /** Gravest first; the first names the reason code. */
  readonly findings: readonly Finding[];
  readonly stepResult: StepResult;
}

/**
 * Judges measured evidence against a pack: deterministic and pure; the same evidence gives the same outcome.
 *
 * `commandLines` are the required commands as they are tokenised, for the integrity of what they run.
 */
export function reviewAttempt(
  pack: StepPack,
  evidence: ReviewEvidence,
  commandLines: readonly (readonly string[])[],
): ReviewOutcome {
  const scope = scopeFindings(pack.scope, evidence);
  const dependencies = dependencyFindings(evidence.changes, pack.scope.dependency_policy);
  const report = reportFindings(pack, evidence);
  const evidenceVerdicts = judgeEvidence(pack, evidence, buildStepResult(pack, evidence, UNJUDGED));
  const evidenceFindings = evidenceVerdicts.flatMap((verdict) => verdict.finding ?? []);
  const gates = judgeGates(pack, evidence, {
    scope: [...scope, ...dependencies],
    evidence: [...evidenceFindings, ...report],
  });
  const criteria = judgeCriteria(pack, evidence, gates, evidenceVerdicts);
  const grave = [
    ...evidence.preflight,
    ...endingFindings(evidence.worker),
    ...scope,
    ...gateIntegrityFindings(evidence.changes, commandLines, pack.scope.allowed_paths),
    ...dependencies,
    ...(evidence.preflight.length > 0 ? [] : commandFindings(pack, evidence.commands)),
    ...exitCodeFindings(evidence.worker),
    ...report,
    ...evidenceFindings,
  ];
  const findings = [...grave, ...criterionFindings(criteria, grave)];
  return conclude(pack, evidence, { criteria, gates, findings });
}

/** What the selectors of evidence see is the shape of the step result, which no judgement changes. */
const UNJUDGED: Judgement = {
  verdict: 'FAIL',
  reasonCode: 'AC_NOT_MET',
  detail: '',
  met: new Set(),
  evidenceMap: {},
  outOfScope: [],
  dependencyViolation: null,
};

function judgeGates(
  pack: StepPack,
  evidence: ReviewEvidence,
  findings: { readonly scope: readonly Finding[]; readonly evidence: readonly Finding[] },
): readonly GateResult[] {
  return pack.acceptance.gates.map((gate) => {
    const result = (passed: boolean, detail: string) => ({
      id: gate.gate_id,
      type: gate.type,
      passed,
      detail,
    });
    const unmoved = (found: readonly Finding[], clean: string) =>
      result(found.length === 0, found[0]?.detail ?? clean);
    switch (gate.type) {
      case 'qa_scope_guard_review':
        return unmoved(findings.scope, 'every change lies inside the scope');
      case 'qa_evidence_review':
        return unmoved(findings.evidence, 'every piece of evidence is there');
      case 'required_command_exit_0':
      case 'required_command_evidence_only': {
        const demand = gate.type === 'required_command_exit_0' ? 'exit_0' : 'evidence_only';
        const verdicts = indexesOf(pack, gate).map((index) => judgeCommand(evidence.commands, index, demand));
        const failed = verdicts.find((verdict) => !verdict.passed);
        return result(failed === undefined, (failed ?? verdicts[0])?.detail ?? 'no command to judge');
      }
    }
  });
}

type Gate = StepPack['acceptance']['gates'][number];

/** A command gate that names no index stands for every required command. */
function indexesOf(pack: StepPack, gate: Gate): readonly number[] {
  return gate.command_index === null ? pack.commands.required.map((_, index) => index) : [gate.command_index];
}

function judgeCriteria(
  pack: StepPack,
  evidence: ReviewEvidence,
  results: readonly GateResult[],
  verdicts: readonly EvidenceVerdict[],
): readonly CriterionResult[] {
  const folder = roundFolder(pack, evidence.round);
  return pack.acceptance.criteria.map(({ id, text }) => {
    const gates = pack.acceptance.gates.filter((gate) => gate.target_ac.includes(id));
    const passed = gates.every((gate) =>
      results.some((result) => result.id === gate.gate_id && result.passed),
    );
    const required = verdicts.filter((verdict) => verdict.requirement.required_for.includes(id));
    const outputs = gates
      .filter((gate) => gate.type.startsWith('required_command'))
      .flatMap((gate) => indexesOf(pack, gate))
      .filter((index) => evidence.commands.some((record) => record.index === index))
      .map((index) => `${folder}/${commandOutput(index, 'stdout')}`);
    return {
      id,
      text,
      met: gates.length > 0 && passed && required.every((verdict) => verdict.finding === null),
      gates: gates.map((gate) => gate.gate_id),
      evidence: [...new Set([...outputs, ...required.flatMap((verdict) => verdict.found)])],
    };
  });
}

/** An uncovered criterion always counts; an unmet one speaks for itself only where nothing else explains it. */
function criterionFindings(
  criteria: readonly CriterionResult[],
  others: readonly Finding[],
): readonly Finding[] {
  const uncovered = criteria
    .filter((criterion) => criterion.gates.length === 0)
    .map((criterion) => criterion.id);
  const unmet = criteria.filter((criterion) => !criterion.met).map((criterion) => criterion.id);
  if (uncovered.length > 0) {
    return [{ code: 'AC_UNCOVERED', detail: `no gate proves ${uncovered.join(', ')}`, paths: [] }];
  }
  if (unmet.length === 0 || others.length > 0) return [];
  return [{ code: 'AC_NOT_MET', detail: `not met: ${unmet.join(', ')}`, paths: [] }];
}

function conclude(
  pack: StepPack,
  evidence: ReviewEvidence,
  judged: {
    readonly criteria: readonly CriterionResult[];
    readonly gates: readonly GateResult[];
    readonly findings: readonly Finding[];
  },
): ReviewOutcome {
  const { criteria, gates, findings } = judged;
  const first = findings[0];
  const verdict = first === undefined ? 'PASS' : 'FAIL';
  const reasonCode = first?.code ?? 'PASS_ALL_CRITERIA';
  const more = findings.length > 1 ? ` (and ${findings.length - 1} more)` : '';
  const detail = first === undefined ? 'every criterion is met' : first.detail + more;
  const stepResult = buildStepResult(pack, evidence, {
    verdict,
    reasonCode,
    detail,
    met: new Set(criteria.filter((criterion) => criterion.met).map((criterion) => criterion.id)),
    evidenceMap: Object.fromEntries(criteria.map((criterion) => [criterion.id, criterion.evidence])),
    outOfScope: findings.flatMap((finding) => (isScopeCode(finding.code) ? finding.paths : [])),
    dependencyViolation:
      findings.find((finding) => finding.code === 'DEPENDENCY_POLICY_VIOLATION')?.detail ?? null,
  });
  return { verdict, reasonCode, detail, criteria, gates, findings, stepResult };
}

function isScopeCode(code: Finding['code']): boolean {
  return code === 'SCOPE_VIOLATION' || code === 'FORBIDDEN_PATH';
}
