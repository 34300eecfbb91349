import { sha256Hex } from '../../protocol/digest.ts';
import type { EventDraft } from '../../protocol/events.ts';
import type { Artifact } from '../../protocol/generated/types.ts';
import { keyRotationMessage } from '../../protocol/signing-keys.ts';
import type { FixedKey } from './fixed-key.ts';
import { checkpointOf, countLines, createVectorLog, type VectorLog } from './write-log.ts';

/** A project in memory: what the vectors are made of. */
export interface ShopProject {
  readonly project: VectorLog;
  readonly first: VectorLog;
  readonly second: VectorLog;
  /** Everything below `data/`, with a checkpoint where there is a key. */
  files(): Map<string, string | Buffer>;
}

/** How a project differs from the one that all vectors start from. */
export interface ShopChoice {
  /** The key it began with, and the one that took over. */
  readonly keys: readonly [FixedKey, FixedKey] | null;
  /** Who signs for the second key; default: the first. */
  readonly rotatedBy?: FixedKey;
  /** What the last line of the project log says. */
  readonly reason?: string;
  readonly logId?: string;
}

const SHOP_LOG = '7c9e6679742540de944be07fc1f90ae7';

/** Writes the project `shop`: two tasks, a pack, a review with its artifacts, rules in force, a key and its rotation. */
export function writeShop({
  keys,
  rotatedBy,
  reason = 'asked to',
  logId = SHOP_LOG,
}: ShopChoice): ShopProject {
  const next = countLines();
  const project = createVectorLog(logId, next);
  const first = createVectorLog('11111111111141118111111111111111', next, 'T-1');
  const second = createVectorLog('22222222222242228222222222222222', next, 't-1');
  project.append({ type: 'project.created', data: { project_id: 'shop', reeve_version: '1.0.0' } });
  if (keys !== null) {
    const [{ key_id, public_key }] = keys;
    project.append({ type: 'key.added', data: { key_id: key_id, public_key } });
  }
  project.append(daemonStarted());
  open(project, first, 'Sell shoes');
  for (const draft of firstStep()) first.append(draft);
  commit(project, first);
  open(project, second, 'Differs from the other in case only');
  commit(project, second);
  if (keys !== null) project.append(rotate(logId, keys, rotatedBy ?? keys[0]));
  first.append({
    type: 'task.closed',
    data: { final_status: 'accepted', reason_code: 'PASS_ALL_CRITERIA', detail: '' },
  });
  commit(project, first, 'accepted');
  second.append(reset('once more'));
  commit(project, second);
  project.append({ type: 'daemon.stopped', data: { pid: 7, reason } });
  return { project, first, second, files: () => filesOf({ project, first, second }, keys) };
}

const POLICY = '{"limits":{"workers":2}}\n';
const PACK = '{"title":"Sell shoes"}\n';
const ODD = 'a file whose name Windows cannot hold\n';
const PATCH = 'diff --git a/shoes b/shoes\n';
const REVIEW = `${JSON.stringify({ artifacts: [toArtifact('artifacts/R0/S0/A-1/a:b', ODD)] })}\n`;

function toArtifact(path: string, content: string): Artifact {
  return { path, sha256: sha256Hex(content), bytes: Buffer.byteLength(content) };
}

function filesOf(
  { project, first, second }: Omit<ShopProject, 'files'>,
  keys: ShopChoice['keys'],
): Map<string, string | Buffer> {
  const genesis = JSON.parse(project.lines[0] ?? '{}') as {
    readonly event_hash: string;
    readonly time: string;
  };
  const manifest = {
    manifest_version: 1,
    project_id: 'shop',
    created: genesis.time,
    reeve_version: '1.0.0',
    log: 'events.jsonl',
    log_id: project.log_id,
    genesis: genesis.event_hash,
  };
  const files = new Map<string, string>([
    ['events.jsonl', project.text()],
    ['manifest/project_manifest.json', `${JSON.stringify(manifest, null, 2)}\n`],
    ['manifest/schema_version.json', `${JSON.stringify({ schema_version: 1 }, null, 2)}\n`],
    [`policy/${sha256Hex(POLICY)}.json`, POLICY],
    ['tasks/T-1/events.jsonl', first.text()],
    [`tasks/T-1/packs/${sha256Hex(PACK)}.json`, PACK],
    // As the archive spells them: see docs/archive.md.
    ['tasks/T-1/artifacts/R0/S0/A-1/a=3Ab', ODD],
    ['tasks/T-1/artifacts/R0/S0/A-1/patch.diff', PATCH],
    ['tasks/T-1/artifacts/R0/S0/A-1/review.json', REVIEW],
    ['tasks/=74=2D=31/events.jsonl', second.text()],
  ]);
  if (keys !== null) files.set('checkpoint', keys[1].signCheckpoint(checkpointOf(project)));
  return files;
}

function open(project: VectorLog, task: VectorLog, title: string): void {
  const { event_hash } = task.append({
    type: 'task.opened',
    data: { project_id: 'shop', title },
  });
  const data = { task_id: task.task_id, log_id: task.log_id, genesis: event_hash, title };
  project.append({ type: 'task.created', data } as unknown as EventDraft);
}

/** Commits the head of a task's log as it stands. */
function commit(project: VectorLog, task: VectorLog, status = 'running'): void {
  const { event_hash, seq } = JSON.parse(task.lines.at(-1) ?? '{}') as {
    readonly event_hash: string;
    readonly seq: number;
  };
  const bytes = Buffer.byteLength(task.text());
  const data = { task_id: task.task_id, log_id: task.log_id, seq, head_hash: event_hash, bytes, status };
  project.append({ type: 'head.committed', data } as unknown as EventDraft);
}

function daemonStarted(): EventDraft {
  const policy = toArtifact(`policy/${sha256Hex(POLICY)}.json`, POLICY);
  const counts = { open_tasks: 0, interrupted_attempts: 0, recovered_logs: 0 };
  return { type: 'daemon.started', data: { reeve_version: '1.0.0', pid: 7, ...counts, policy } };
}

function rotate(logId: string, [from, to]: readonly [FixedKey, FixedKey], signer: FixedKey): EventDraft {
  const signature = signer.sign(keyRotationMessage(logId, from.key_id, to.key_id));
  const { key_id, public_key } = to;
  const data = { previous_key_id: from.key_id, key_id, public_key, signature };
  return { type: 'key.rotated', data } as unknown as EventDraft;
}

function reset(reason: string): EventDraft {
  return {
    type: 'step.reset',
    run_id: 'T-1_run',
    step_id: 'S1',
    data: { step_id: 'S1', reason },
  };
}

function firstStep(): readonly EventDraft[] {
  const ids = { run_id: 'T-1_run', step_id: 'S1' };
  const pack = {
    ...{
      pack_sha256: sha256Hex(PACK),
      bytes: PACK.length,
      file: `packs/${sha256Hex(PACK)}.json`,
      source: 'inbox',
    },
    ...{ name: 'shoes.json', step_title: 'Sell shoes', criteria: ['AC1'], worker: null, closes_task: true },
    retry: { max_attempts: 2, retry_on: ['COMMAND_FAILED'], max_rework_rounds: 1, on_exhausted: 'escalate' },
    ...{ depends_on: [], priority: 0, warning_count: 0, r: 0 },
  };
  const attempt = {
    ...{ attempt_id: 'A-1', r: 0, s: 0, recorded_by: 'tool', result: 'PASS', controller_verdict: null },
    ...{
      reason_code: 'PASS_ALL_CRITERIA',
      reason_detail: '',
      next_action: 'CLOSE',
      criteria: [{ id: 'AC1', met: true }],
      gates: [],
    },
    ...{ findings: [], finding_count: 0, commands: [], files_changed: [], files_changed_count: 0 },
    ...{ base_commit: null, tree: null, step_result: null, snapshot: null, usage: null, duration_ms: 0 },
    review: toArtifact('artifacts/R0/S0/A-1/review.json', REVIEW),
    patch: toArtifact('artifacts/R0/S0/A-1/patch.diff', PATCH),
  };
  return [
    { type: 'pack.accepted', data: pack, ...ids },
    reset('a person had a look'),
    { type: 'attempt.recorded', data: attempt, ...ids },
  ] as unknown as readonly EventDraft[];
}
