import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sha256Hex } from '../../../../protocol/digest.ts';
import type { Artifact, ReviewRecord } from '../../../../protocol/generated/types.ts';
import { attempt, opened, pack } from '../../../helpers/task-spec.ts';
import { createReport } from '../../../../daemon/domain/report/create-report.ts';
import { HASH, ofTask, reportOf } from './report-spec.ts';

const ROUND = '.artifacts/agent_runs/T-1_run/steps/S1/rounds/R0';
const FOLDER = 'artifacts/R0/S0/A_0_0';
const file = (name: string, bytes = 9): Artifact => ({
  path: `${FOLDER}/${name}`,
  sha256: sha256Hex(name),
  bytes,
});
const stream = (artifact: Artifact | null) => ({ artifact, bytes: artifact?.bytes ?? 0, truncated: false });

const ORDER = {
  task_id: 'T-1',
  title: 'A step',
  objective: 'Make it so.\nAnd well.',
  description: 'In detail.',
  allowed_paths: ['src/**'],
  forbidden_paths: ['src/secret/**'],
  commands_to_run: ['npm test'],
  acceptance_criteria: ['AC1: it works.', 'AC2: it is told.'],
};

const REVIEW: ReviewRecord = {
  review_version: '1.0',
  task_id: 'T-1',
  run_id: 'T-1_run',
  step_id: 'S1',
  attempt: { attempt_id: 'A_0_0', r: 0, s: 0 },
  verdict: 'FAIL',
  reason_code: 'AC_NOT_MET',
  reason_detail: 'because',
  criteria: [
    {
      id: 'AC1',
      text: 'AC1: it works.',
      met: true,
      gates: ['G1', 'G3', 'unknown'],
      evidence: [`${ROUND}/outputs/cmd_0.stdout.txt`, `${ROUND}/report.txt`, `${ROUND}/gone.txt`],
    },
  ],
  gates: [
    { id: 'G1', type: 'required_command_exit_0', passed: true, detail: 'command 0 exited 0' },
    { id: 'G2', type: 'required_command_exit_0', passed: false, detail: 'command 1 ended by timeout' },
    { id: 'G3', type: 'qa_scope_guard_review', passed: false, detail: 'it left its scope' },
    { id: 'G4', type: 'newer_kind', passed: true, detail: 'command 7 was not run' },
  ],
  findings: [],
  commands: [
    {
      index: 0,
      command: 'npm test',
      argv: ['npm', 'test'],
      exit_code: 0,
      cause: 'exited',
      duration_ms: 1,
      log_sha256: HASH,
      stdout: stream(file('outputs/cmd_0.stdout.txt')),
      stderr: stream(file('outputs/cmd_0.stderr.txt', 0)),
    },
    {
      index: 1,
      command: 'npm run slow',
      argv: ['npm', 'run', 'slow'],
      exit_code: null,
      cause: 'timeout',
      duration_ms: 1,
      log_sha256: HASH,
      stdout: stream(null),
      stderr: stream(null),
    },
  ],
  files_changed: [],
  base_commit: 'c'.repeat(40),
  tree: 'e'.repeat(40),
  tree_after_commands: 'e'.repeat(40),
  worker: null,
  artifacts: [file('outputs/cmd_0.stdout.txt'), file('outputs/cmd_0.stderr.txt', 0), file('report.txt')],
};

/** A report of one task with one attempt, whose pack and review are these bytes. */
function tell(
  order: string,
  review: string,
  change: { readonly sha256?: string; readonly redacted?: string } = {},
) {
  const path = `${FOLDER}/review.json`;
  const gates = REVIEW.gates.map(({ id, passed }) => ({ id, passed }));
  const events = ofTask(
    'T-1',
    opened,
    pack({ pack_sha256: change.sha256 ?? sha256Hex(order), file: 'packs/p.json' }),
    ...attempt(0, 0, 'AC_NOT_MET', {
      gates,
      review: { path, sha256: change.sha256 ?? sha256Hex(review), bytes: 9 },
    }),
  );
  const { redacted } = change;
  const redactedFiles = redacted === undefined ? [] : [{ path: redacted, sha256: HASH, bytes: 1 }];
  return reportOf({
    events,
    files: redacted === undefined ? { 'tasks/T-1/packs/p.json': order, [`tasks/T-1/${path}`]: review } : {},
    facts: { leftOut: { tasks: 0, since: null, redactedFiles, skippedFiles: [] } },
  }).markdown;
}

const telling = (order: object, review: object = REVIEW) =>
  tell(JSON.stringify(order), JSON.stringify(review));

describe('the content of an order', () => {
  test('is told: objective, bounds and commands', () => {
    const text = telling(ORDER);
    assert.match(text, /Objective:\*\*\n {2}- Make it so\.\n {2}- And well\.\n {2}- In detail\./);
    assert.match(text, /May change:\*\* `src\/\*\*`/);
    assert.match(text, /May not change:\*\* `src\/secret\/\*\*`/);
    assert.match(text, /Must succeed:\*\* `npm test`/);
    assert.match(text, /Dependencies and CI:\*\* No change allowed\./);
  });

  test('is not told twice where the author said no more than the title', () => {
    const text = telling({ ...ORDER, objective: undefined, description: undefined, forbidden_paths: [] });
    assert.match(text, /Objective:\*\* A step\n/);
    assert.match(text, /May not change:\*\* \(anything else\)/);
  });

  test('names every relaxation of what is forbidden by default', () => {
    const policy = {
      allow_new_dependencies: true,
      allow_lockfile_changes: true,
      allow_dependency_manifest_changes: true,
      allow_ci_changes: 'any',
    };
    const text = telling({ ...ORDER, dependency_policy: policy });
    assert.match(
      text,
      /Allowed: new dependencies, changes to dependency manifests, changes to lock files, changes to any CI file\./,
    );
  });

  test('is cut where a list is long, and says by how much', () => {
    const allowed_paths = Array.from({ length: 33 }, (_, index) => `src/${index}/**`);
    assert.match(telling({ ...ORDER, allowed_paths }), /and 3 more in the order/);
  });

  test('is not told when the file is another one, unreadable or withheld, and that is said', () => {
    const order = JSON.stringify(ORDER);
    const changed = tell(order, '{}', { sha256: HASH });
    assert.match(changed, /The file does not have this digest, so its content is not told here\./);
    assert.match(
      changed,
      /✗ Read this first\*\*\n> \n> - The file `data\/tasks\/T-1\/packs\/p\.json` is not what the log says/,
    );
    assert.match(tell('{', '{'), /This version of Reeve could not read the file\./);
    const withheld = tell(order, '{}', { redacted: 'tasks/T-1/packs/p.json' });
    assert.match(
      withheld,
      /The content of this file was withheld from the archive\.\n {2}- Criteria named in the log: `AC1, AC2`/,
    );
  });
});

describe('the evidence of a criterion', () => {
  test('is the command that Reeve ran, how it ended, and its output by path and digest', () => {
    const text = telling(ORDER);
    assert.match(text, /`AC1` it works\.\n/);
    assert.match(
      text,
      /✓ Passed\*\* Command succeeds when Reeve runs it \(G1\): `npm test` ended with exit code 0\n/,
    );
    const digest = sha256Hex('outputs/cmd_0.stdout.txt');
    assert.match(
      text,
      new RegExp(
        `File \`data/tasks/T-1/${FOLDER}/outputs/cmd_0\\.stdout\\.txt\` \\(9 bytes\\), SHA-256 \`${digest}\``,
      ),
    );
    assert.doesNotMatch(text, /cmd_0\.stderr/);
  });

  test('is every other file once, with a word where the archive has none', () => {
    const text = telling(ORDER);
    assert.match(text, new RegExp(`File \`data/tasks/T-1/${FOLDER}/report\\.txt\``));
    assert.match(text, /gone\.txt` \(not kept\)/);
    assert.equal(text.match(/cmd_0\.stdout\.txt/g)?.length, 1);
  });

  test('tells why a check failed, and knows kinds of checks it has no words for', () => {
    const criteria = [
      { id: 'AC1', text: 'AC1: a.', met: false, gates: ['G2', 'G3', 'G4', 'unknown'], evidence: [] },
    ];
    const text = telling(ORDER, { ...REVIEW, criteria });
    assert.match(
      text,
      /✗ Failed\*\* Command succeeds .* \(G2\): `npm run slow` was ended by timeout, without output/,
    );
    assert.match(text, /✗ Failed\*\* Only allowed files changed \(G3\): it left its scope/);
    assert.match(text, /✓ Passed\*\* Check \(G4\)\n/);
    assert.match(text, /✗ Failed\*\* Check \(unknown\)\n/);
  });

  test('is what the log says for a criterion that the review does not know', () => {
    assert.match(
      telling(ORDER),
      /`AC2`\n {2}- \*\*Result:\*\* \*\*✗ Not met\*\*\n {2}- \*\*Shown by:\*\*\n {4}- \*\*✓ Passed\*\* check `G1`/,
    );
  });

  test('is cut where a list is long, and says by how much', () => {
    const many = (prefix: string) => Array.from({ length: 10 }, (_, index) => `${prefix}${index}`);
    const criteria = [{ id: 'AC1', text: 'AC1: a.', met: true, gates: many('G'), evidence: many('f') }];
    const text = telling(ORDER, { ...REVIEW, criteria });
    assert.match(text, /and 2 further checks/);
    assert.match(text, /and 2 further files/);
  });

  test('is not taken from bytes that are no review', () => {
    assert.match(
      tell(JSON.stringify(ORDER), '{"criteria":[]}'),
      /review\.json` This version of Reeve could not read the file\./,
    );
  });
});

describe('the files a report asks for', () => {
  test('are of a size that can be read, and their paths are the project’s', () => {
    const report = createReport();
    const long = { path: 'artifacts/review.json', sha256: HASH, bytes: 300_000 };
    for (const event of ofTask(
      'T-1',
      opened,
      pack({ file: 'packs/p.json' }),
      ...attempt(0, 0, 'TIMEOUT', { review: long }),
    ))
      report.add(event);
    assert.deepEqual(report.wantedFiles(), [
      { taskId: 'T-1', kind: 'pack', path: 'tasks/T-1/packs/p.json', sha256: HASH, bytes: 10 },
    ]);
  });

  test('are no longer kept when their text together is too long', () => {
    const order = JSON.stringify(ORDER);
    const events = ofTask('T-1', opened, pack({ pack_sha256: sha256Hex(order), file: 'packs/p.json' }));
    const files = { 'tasks/T-1/packs/p.json': order };
    const { markdown } = reportOf({ events, files, limits: { tasks: 1, characters: 100, rows: 0 } });
    assert.match(markdown, /The file holds it; it is not repeated here\./);
  });
});
