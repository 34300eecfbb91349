import type { Artifact, CommandRecord, CriterionResult } from '../../../../protocol/generated/types.ts';
import { validateReviewRecord } from '../../../../protocol/generated/validators.js';
import { parseStrictJson } from '../../../../protocol/strict-json.ts';
import { firstOf, type KeptList } from './kept-list.ts';
import { shortenText } from './shorten-text.ts';

/** What a review record says of how each criterion was proved, bounded. */
export interface ReviewContent {
  readonly criteria: readonly ReviewedCriterion[];
  readonly gates: readonly ReviewedGate[];
  readonly commands: readonly ReviewedCommand[];
}

/** One criterion in its author's words, the checks it hangs on, and the files that speak for it. */
export interface ReviewedCriterion {
  readonly id: string;
  readonly text: string;
  readonly gates: KeptList<string>;
  readonly evidence: KeptList<EvidenceFile>;
}

/** A file of evidence; without a digest where the archive has no such file. */
export interface EvidenceFile {
  /** Relative to the task folder, or as the review names it. */
  readonly path: string;
  readonly kept: Artifact | null;
}

/** One check and what it found. */
export interface ReviewedGate {
  readonly id: string;
  readonly type: string;
  readonly detail: string;
}

/** One required command as Reeve ran it again. */
export interface ReviewedCommand {
  readonly index: number;
  readonly command: string;
  readonly exit_code: number | null;
  readonly cause: string;
  readonly outputs: readonly Artifact[];
}

const MAX_CRITERIA = 50;
const MAX_EVIDENCE = 8;
const MAX_TEXT = 300;
const MAX_CRITERION = 500;

/** Reads a review record; null for anything else. @param folder of the attempt, relative to the task folder */
export function readReview(bytes: Uint8Array, folder: string): ReviewContent | null {
  const parsed = parseStrictJson(bytes);
  if (!parsed.ok || !validateReviewRecord(parsed.value)) return null;
  const { criteria, gates, commands, artifacts } = parsed.value;
  const kept = new Map(artifacts.map((artifact) => [artifact.path, artifact]));
  return {
    criteria: criteria.slice(0, MAX_CRITERIA).map((criterion) => readCriterion(criterion, folder, kept)),
    gates: gates.slice(0, MAX_CRITERIA).map(({ id, type, detail }) => ({
      id: shortenText(id, MAX_TEXT),
      type,
      detail: shortenText(detail, MAX_TEXT),
    })),
    commands: commands.slice(0, MAX_CRITERIA).map(readCommand),
  };
}

function readCriterion(
  criterion: CriterionResult,
  folder: string,
  kept: ReadonlyMap<string, Artifact>,
): ReviewedCriterion {
  return {
    id: shortenText(criterion.id, MAX_TEXT),
    text: shortenText(criterion.text, MAX_CRITERION),
    gates: firstOf(
      criterion.gates.map((id) => shortenText(id, MAX_TEXT)),
      MAX_EVIDENCE,
    ),
    evidence: firstOf(
      criterion.evidence.map((path) => locate(path, folder, kept)),
      MAX_EVIDENCE,
    ),
  };
}

/** Evidence is named as it lay in the worktree's round folder; what was kept of it lies in the attempt's folder. */
function locate(path: string, folder: string, kept: ReadonlyMap<string, Artifact>): EvidenceFile {
  const inRound = path.replace(/^\.artifacts\/agent_runs\/[^/]+\/steps\/[^/]+\/rounds\/[^/]+\//, '');
  return { path: shortenText(path, MAX_TEXT), kept: kept.get(`${folder}/${inRound}`) ?? null };
}

function readCommand(record: CommandRecord): ReviewedCommand {
  const { index, command, exit_code, cause, stdout, stderr } = record;
  const outputs = [stdout, stderr].flatMap(({ artifact }) => artifact ?? []);
  return { index, command: shortenText(command, MAX_TEXT), exit_code, cause, outputs };
}
