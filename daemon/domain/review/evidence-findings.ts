import { compilePattern } from '../../../protocol/path-pattern.ts';
import type { Finding, StepPack, StepResult } from '../../../protocol/generated/types.ts';
import { roundFolder } from '../round-folder.ts';
import type { ReviewEvidence, RoundFile } from './evidence.ts';

type EvidenceRequirement = StepPack['acceptance']['evidence_required'][number];

/** One required piece of evidence: what was found for it, or why it does not count. */
export interface EvidenceVerdict {
  readonly requirement: EvidenceRequirement;
  /** Paths, relative to the worktree; empty when it is missing. */
  readonly found: readonly string[];
  readonly finding: Finding | null;
}

/** Judges every required piece of evidence against this round's files and the controller's own step result. */
export function judgeEvidence(
  pack: StepPack,
  evidence: ReviewEvidence,
  stepResult: StepResult,
): readonly EvidenceVerdict[] {
  const folder = roundFolder(pack, evidence.round);
  // The controller's own step result is written from this very review, so it is there whatever else is.
  const own = { path: `${folder}/step_result.json`, bytes: 1, isRegularInside: true };
  const files = [...evidence.roundFiles.filter((file) => file.path !== own.path), own];
  return pack.acceptance.evidence_required.map((requirement) =>
    requirement.kind === 'json_selector'
      ? judgeSelector(requirement, pack, stepResult, folder)
      : judgeFiles(requirement, files, evidence.round, folder),
  );
}

/** Threat: `R*` matching an earlier round lets stale evidence pass, so it stands for the current round alone. */
function judgeFiles(
  requirement: EvidenceRequirement,
  files: readonly RoundFile[],
  round: number,
  folder: string,
): EvidenceVerdict {
  const pattern = requirement.path_pattern.replace(/\/rounds\/R\*\//, `/rounds/R${round}/`);
  if (!pattern.startsWith(`${folder}/`)) {
    const detail = `${requirement.id}: ${requirement.path_pattern} does not lie in this round’s folder`;
    return missing(requirement, 'EVIDENCE_INVALID_PATH', detail);
  }
  const { matches } = compilePattern(pattern);
  const matching = files.filter((file) => matches(file.path));
  const invalid = matching.filter((file) => !file.isRegularInside);
  if (invalid.length > 0) {
    const detail = `${requirement.id}: not a regular file inside the round: ${invalid.map((file) => file.path).join(', ')}`;
    return missing(requirement, 'EVIDENCE_INVALID_PATH', detail);
  }
  const found = matching.filter((file) => file.bytes > 0).map((file) => file.path);
  if (found.length > 0) return { requirement, found, finding: null };
  const why = matching.length > 0 ? 'is empty' : 'was not found';
  return missing(requirement, 'EVIDENCE_MISSING', `${requirement.id}: ${requirement.path_pattern} ${why}`);
}

function judgeSelector(
  requirement: EvidenceRequirement,
  pack: StepPack,
  stepResult: StepResult,
  folder: string,
): EvidenceVerdict {
  const [file = '', selector = ''] = requirement.path_pattern.split('::');
  if (file.replace(/^.*\//, '') !== 'step_result.json') {
    const detail = `${requirement.id}: only step_result.json can be selected into, not ${file}`;
    return missing(requirement, 'EVIDENCE_INVALID_PATH', detail);
  }
  if (isCovered(selector, pack, stepResult)) {
    return { requirement, found: [`${folder}/step_result.json`], finding: null };
  }
  const detail = `${requirement.id}: ${requirement.path_pattern} selects nothing, or less than the pack demands`;
  return missing(requirement, 'EVIDENCE_MISSING', detail);
}

/** A selector is a member name, dotted members, or either followed by `[*]`: every element of a list. */
function isCovered(selector: string, pack: StepPack, stepResult: StepResult): boolean {
  const member = selector.replace(/\[\*\]$/, '');
  const selected = member.split('.').reduce(memberOf, stepResult as unknown);
  if (member === 'commands_executed')
    return stepResult.commands_executed.length === pack.commands.required.length;
  if (member === 'verification_results') {
    return stepResult.verification_results.length === pack.acceptance.criteria.length;
  }
  if (Array.isArray(selected)) return selected.length > 0;
  return selected !== undefined && selected !== null && selected !== '';
}

function memberOf(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[key];
}

function missing(requirement: EvidenceRequirement, code: Finding['code'], detail: string): EvidenceVerdict {
  return { requirement, found: [], finding: { code, detail, paths: [requirement.path_pattern] } };
}
