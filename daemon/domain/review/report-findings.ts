import type { Problem } from '../../../protocol/problem.ts';
import { stepResultProblems } from '../../../protocol/step-result.ts';
import type { Finding, StepPack } from '../../../protocol/generated/types.ts';
import type { ReviewEvidence } from './evidence.ts';

/** Compares the worker's own report, if it wrote one, with what was measured: a disagreement is itself a finding. */
export function reportFindings(pack: StepPack, evidence: ReviewEvidence): readonly Finding[] {
  const report = evidence.workerReport;
  if (report === null) return [];
  if (!report.ok) return [invalid(report.problems)];
  const problems = stepResultProblems(report.value, pack);
  return [
    ...(problems.length === 0 ? [] : [invalid(problems)]),
    ...filesDiffer(
      report.value.files_changed,
      evidence.changes.map((change) => change.path),
    ),
    ...(report.value.verdict === 'PASS' ? [] : [ownVerdict(report.value.verdict)]),
  ];
}

function invalid(problems: readonly Problem[]): Finding {
  const sentences = problems.map((problem) => `${problem.pointer} ${problem.message}`).join('; ');
  return {
    code: 'RESULT_INVALID',
    detail: `the worker’s step_result.json is not valid: ${sentences}`,
    paths: [],
  };
}

function ownVerdict(verdict: string): Finding {
  return { code: 'AC_NOT_MET', detail: `the worker itself reports ${verdict}`, paths: [] };
}

function filesDiffer(claimed: readonly string[], measured: readonly string[]): readonly Finding[] {
  const unmeasured = claimed.filter((path) => !measured.includes(path));
  const unclaimed = measured.filter((path) => !claimed.includes(path));
  if (unmeasured.length === 0 && unclaimed.length === 0) return [];
  const parts = [
    unmeasured.length > 0 ? `claimed but not changed: ${unmeasured.join(', ')}` : '',
    unclaimed.length > 0 ? `changed but not claimed: ${unclaimed.join(', ')}` : '',
  ].filter((part) => part !== '');
  const detail = `the worker’s files_changed differ from what was measured; ${parts.join('; ')}`;
  return [{ code: 'EVIDENCE_MISMATCH', detail, paths: [...unmeasured, ...unclaimed] }];
}
