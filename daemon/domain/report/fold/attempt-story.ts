import type {
  Artifact,
  AttemptRecordedData,
  AttemptStartedData,
  Usage,
  WorkerExitedData,
  WorkerSpawnedData,
} from '../../../../protocol/generated/types.ts';
import { firstOf, type KeptList } from './kept-list.ts';
import { shortenText } from './shorten-text.ts';

/** One attempt as its log tells it, bounded. */
export interface AttemptStory {
  readonly attemptId: string;
  readonly stepId: string;
  readonly r: number;
  readonly s: number;
  /** RFC 3339; of its first line in the log. */
  readonly began: string;
  readonly start: StartStory | null;
  /** The program that was run, and its arguments. */
  readonly program: string | null;
  readonly end: WorkerExitedData['end'] | null;
  readonly interrupted: boolean;
  readonly outcome: OutcomeStory | null;
}

/** What was known before the worker ran. */
export interface StartStory {
  readonly worker: string;
  readonly workerKind: string;
  readonly repository: string;
  readonly baseCommit: string;
  readonly packSha256: string;
  readonly limits: AttemptStartedData['limits'];
}

/** What was measured and judged. */
export interface OutcomeStory {
  readonly passed: boolean;
  readonly byTool: boolean;
  readonly code: AttemptRecordedData['reason_code'];
  readonly detail: string;
  readonly next: AttemptRecordedData['next_action'];
  readonly criteria: KeptList<AttemptRecordedData['criteria'][number]>;
  readonly gates: KeptList<AttemptRecordedData['gates'][number]>;
  readonly commands: KeptList<AttemptRecordedData['commands'][number]>;
  readonly findings: KeptList<string>;
  readonly files: KeptList<{ readonly path: string; readonly status: string }>;
  readonly fileCount: number;
  readonly tree: string | null;
  readonly review: Artifact | null;
  readonly patch: Artifact | null;
  readonly usage: Usage | null;
  readonly durationMs: number;
}

const MAX_TEXT = 300;
const MAX_FILES = 20;
const MAX_FINDINGS = 5;
const MAX_CHECKS = 50;

/** An attempt of which nothing is known but its place. */
export function newAttempt(
  at: { readonly attempt_id: string; readonly r: number; readonly s: number },
  stepId: string,
  began: string,
): AttemptStory {
  const { attempt_id: attemptId, r, s } = at;
  const unknown = { start: null, program: null, end: null, interrupted: false, outcome: null };
  return { attemptId, stepId, r, s, began, ...unknown };
}

/** What the intent says. */
export function startOf(data: AttemptStartedData): StartStory {
  return {
    worker: data.worker,
    workerKind: shortenText(data.worker_kind, MAX_TEXT),
    repository: shortenText(data.repository, MAX_TEXT),
    baseCommit: data.base_commit,
    packSha256: data.pack_sha256,
    limits: data.limits,
  };
}

/** The program as it was really started. */
export function programOf({ executable, argv }: WorkerSpawnedData): string {
  return shortenText([executable, ...argv.slice(1)].join(' '), MAX_TEXT);
}

/** What the outcome says, cut to what a report shows. */
export function outcomeOf(data: AttemptRecordedData): OutcomeStory {
  const findings = data.findings.map((finding) => shortenText(finding.detail, MAX_TEXT));
  const files = data.files_changed.map(({ path, status }) => ({
    path: shortenText(path, MAX_TEXT),
    status: shortenText(status, MAX_TEXT),
  }));
  return {
    passed: data.result === 'PASS',
    byTool: data.recorded_by === 'tool',
    code: data.reason_code,
    detail: shortenText(data.reason_detail, MAX_TEXT),
    next: data.next_action,
    criteria: firstOf(data.criteria, MAX_CHECKS),
    gates: firstOf(data.gates, MAX_CHECKS),
    commands: firstOf(data.commands, MAX_CHECKS),
    findings: firstOf(findings, MAX_FINDINGS, data.finding_count),
    files: firstOf(files, MAX_FILES, data.files_changed_count),
    fileCount: data.files_changed_count,
    tree: data.tree,
    review: data.review,
    patch: data.patch,
    usage: data.usage,
    durationMs: data.duration_ms,
  };
}
