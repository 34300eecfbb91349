import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ProcessEnd, StepResult } from '../../../protocol/generated/types.ts';
import { endedInOrder } from '../../../daemon/domain/review/worker-findings.ts';
import type { RoundFile } from '../../../daemon/domain/review/evidence.ts';
import { change, codes, command, IN_ORDER, packOf, review, ROUND } from '../../helpers/review-spec.ts';

const failedGates = (outcome: ReturnType<typeof review>) =>
  outcome.gates.filter((gate) => !gate.passed).map((gate) => gate.id);
const unmet = (outcome: ReturnType<typeof review>) =>
  outcome.criteria.filter((criterion) => !criterion.met).map((criterion) => criterion.id);

describe('the review passes', () => {
  test('when every criterion is proved', () => {
    const outcome = review();
    assert.equal(outcome.verdict, 'PASS');
    assert.equal(outcome.reasonCode, 'PASS_ALL_CRITERIA');
    assert.deepEqual(unmet(outcome), []);
    assert.equal(
      outcome.stepResult.verification_results.every((result) => result.met),
      true,
    );
  });
  test('and gives the same outcome for the same evidence', () => {
    const once = review({ commands: [command(0, 1)] });
    assert.deepEqual(review({ commands: [command(0, 1)] }), once);
  });
});

describe('commands', () => {
  test('a command that exits non-zero fails its gate and its criterion, and no other', () => {
    const outcome = review({ commands: [command(0, 1), command(1, 0)] });
    assert.deepEqual(codes(outcome), ['COMMAND_FAILED']);
    assert.deepEqual(failedGates(outcome), ['G1']);
    assert.deepEqual(unmet(outcome), ['AC1']);
  });
  test('a command that was not run, not found, or ended by a limit has failed', () => {
    for (const record of [
      [],
      [command(0, 0, { cause: 'not_found' })],
      [command(0, 0, { cause: 'timeout' })],
    ]) {
      assert.deepEqual(codes(review({ commands: [...record, command(1, 0)] })), ['COMMAND_FAILED']);
    }
  });
  test('evidence_only takes any exit code but demands output', () => {
    const gates = [
      {
        gate_id: 'G1',
        owner: 'worker',
        type: 'required_command_evidence_only',
        target_ac: ['AC1', 'AC2'],
        command_index: 0,
      },
      {
        gate_id: 'G2',
        owner: 'worker',
        type: 'required_command_exit_0',
        target_ac: ['AC2'],
        command_index: 1,
      },
    ];
    const pack = packOf({ gates });
    assert.equal(review({ commands: [command(0, 7), command(1, 0)] }, pack).verdict, 'PASS');
    const silent = { artifact: null, bytes: 0, truncated: false };
    const outcome = review(
      { commands: [command(0, 0, { stdout: silent, stderr: silent }), command(1, 0)] },
      pack,
    );
    assert.deepEqual(failedGates(outcome), ['G1']);
  });
  test('a command without a gate must still exit 0', () => {
    const gates = [
      {
        gate_id: 'G1',
        owner: 'worker',
        type: 'required_command_exit_0',
        target_ac: ['AC1', 'AC2'],
        command_index: 0,
      },
    ];
    const outcome = review({ commands: [command(0, 0), command(1, 1)] }, packOf({ gates }));
    assert.deepEqual(codes(outcome), ['COMMAND_FAILED']);
    assert.equal(outcome.verdict, 'FAIL');
  });
});

describe('the worker’s end', () => {
  const ends: readonly (readonly [Partial<ProcessEnd>, string])[] = [
    [{ cause: 'signaled', signal: 'SIGSEGV' }, 'WORKER_CRASHED'],
    [{ cause: 'timeout' }, 'TIMEOUT'],
    [{ cause: 'silence' }, 'NO_OUTPUT'],
    [{ cause: 'memory' }, 'MEMORY_LIMIT'],
    [{ cause: 'output' }, 'OUTPUT_LIMIT'],
    [{ cause: 'cancelled' }, 'CANCELLED'],
    [{ cause: 'not_found' }, 'COMMAND_NOT_FOUND'],
    [{ cause: 'spawn_failed' }, 'BACKEND_UNAVAILABLE'],
  ];
  for (const [end, code] of ends) {
    test(`by ${String(end.cause)} is ${code}, before anything else`, () => {
      const outcome = review({ worker: { ...IN_ORDER, ...end }, commands: [] });
      assert.equal(outcome.reasonCode, code);
    });
  }
  test('with a code other than 0 cannot pass, though the commands say more', () => {
    const worker = { ...IN_ORDER, exit_code: 3 };
    assert.deepEqual(codes(review({ worker })), ['WORKER_CRASHED']);
    assert.equal(review({ worker, commands: [command(0, 1), command(1, 0)] }).reasonCode, 'COMMAND_FAILED');
  });
  test('in order is what makes the commands worth running', () => {
    assert.equal(endedInOrder(IN_ORDER), true);
    assert.equal(endedInOrder({ ...IN_ORDER, cause: 'timeout' }), false);
    assert.equal(endedInOrder(null), false);
  });
  test('what stood against starting it is the reason', () => {
    const preflight = [{ code: 'COMMAND_NOT_FOUND', detail: 'no cargo', paths: [] }] as const;
    const outcome = review({ worker: null, preflight, commands: [] });
    assert.deepEqual(codes(outcome), ['COMMAND_NOT_FOUND']);
  });
});

describe('scope', () => {
  test('forbidden beats allowed, and stands before what is merely outside', () => {
    const outcome = review({
      changes: [change('docs/x.md'), change('src/secret/a'), change('src/deep/id.key')],
    });
    assert.deepEqual(codes(outcome), ['FORBIDDEN_PATH', 'SCOPE_VIOLATION']);
    assert.deepEqual(outcome.findings[0]?.paths, ['src/secret/a', 'src/deep/id.key']);
    assert.deepEqual(outcome.findings[1]?.paths, ['docs/x.md']);
    assert.deepEqual(failedGates(outcome), ['G3']);
    assert.deepEqual(outcome.stepResult.scope_guard?.self_check['out_of_scope'], [
      'src/secret/a',
      'src/deep/id.key',
      'docs/x.md',
    ]);
  });
  test('the repository’s own machinery is forbidden', () => {
    assert.deepEqual(codes(review({ controlChanges: ['.git/hooks/post-commit'] })), ['FORBIDDEN_PATH']);
  });
  test('a link must lead to where its target would be allowed', () => {
    const link = (target: string) => codes(review({ symlinks: [{ path: 'src/deep/link', target }] }));
    assert.deepEqual(link('../a.ts'), []);
    assert.deepEqual(link('./b.ts'), []);
    for (const target of ['/etc/passwd', 'C:\\x', '../../../x', '../../docs/x', '../secret/a', '../..']) {
      assert.deepEqual(link(target), ['SCOPE_VIOLATION'], target);
    }
  });
  test('submodules and what cannot be measured never pass', () => {
    assert.deepEqual(codes(review({ submodules: ['src/vendor'] })), ['SCOPE_VIOLATION']);
    assert.deepEqual(codes(review({ unmeasured: ['git could not read src/x'] })), ['SCOPE_VIOLATION']);
  });
});

describe('dependencies', () => {
  const touching = (paths: readonly string[], policy: Record<string, unknown>) =>
    codes(
      review(
        { changes: paths.map((path) => change(path)) },
        packOf({ allowed_paths: ['**'], dependency_policy: policy }),
        [['true']],
      ),
    );
  test('nothing is allowed unless it is said', () => {
    for (const path of ['package.json', 'a/requirements-dev.txt', 'Cargo.lock', '.github/workflows/x.yml']) {
      assert.deepEqual(touching([path], {}), ['DEPENDENCY_POLICY_VIOLATION'], path);
    }
  });
  test('each permission opens its own kind', () => {
    assert.deepEqual(touching(['package.json'], { allow_new_dependencies: true }), []);
    assert.deepEqual(touching(['package.json'], { allow_dependency_manifest_changes: true }), []);
    assert.deepEqual(touching(['yarn.lock'], { allow_lockfile_changes: true }), []);
    assert.deepEqual(touching(['.gitlab-ci.yml'], { allow_ci_workflow_changes_in_scope: true }), []);
    assert.deepEqual(touching(['yarn.lock'], { allow_new_dependencies: true }), [
      'DEPENDENCY_POLICY_VIOLATION',
    ]);
  });
});

describe('gate integrity', () => {
  const tampering = (
    path: string,
    argv: readonly string[],
    status: 'added' | 'modified' | 'deleted' = 'modified',
    allowed = ['**'],
  ) => {
    const pack = packOf({
      allowed_paths: allowed,
      dependency_policy: { allow_dependency_manifest_changes: true },
    });
    return codes(review({ changes: [change(path, status)] }, pack, [argv]));
  };
  test('a script that a command runs is out of the worker’s hands', () => {
    assert.deepEqual(tampering('scripts/gate.sh', ['./scripts/gate.sh']), ['GATE_TAMPERED']);
    assert.deepEqual(tampering('scripts/gate.sh', ['/bin/bash', '-e', 'scripts/gate.sh', 'x']), [
      'GATE_TAMPERED',
    ]);
    assert.deepEqual(tampering('check.mjs', ['node', 'check.mjs'], 'deleted'), ['GATE_TAMPERED']);
    assert.deepEqual(tampering('src/a.mjs', ['node', 'check.mjs', 'src/a.mjs']), []);
    assert.deepEqual(tampering('x', []), []);
  });
  test('tests that were there stay as they are; new ones are work', () => {
    assert.deepEqual(tampering('tests/a.test.ts', ['npm', 'test'], 'deleted'), ['GATE_TAMPERED']);
    assert.deepEqual(tampering('pkg/test_x.py', ['python', '-m', 'pytest']), ['GATE_TAMPERED']);
    assert.deepEqual(tampering('tests/new.test.ts', ['npm', 'test'], 'added'), []);
    assert.deepEqual(tampering('tests/a.test.ts', ['git', 'status']), []);
    assert.deepEqual(tampering('tests/a.test.ts', ['python', '-c', 'print("all tests")']), []);
  });
  test('configuration that a check reads is not to be made either', () => {
    assert.deepEqual(tampering('conftest.py', ['pytest.exe'], 'added'), ['GATE_TAMPERED']);
    assert.deepEqual(tampering('package.json', ['npm', 'run', 'x']), ['GATE_TAMPERED']);
    assert.deepEqual(tampering('Makefile', ['make', 'all']), ['GATE_TAMPERED']);
    assert.deepEqual(tampering('eslint.config.js', ['npx', 'eslint'], 'added'), ['GATE_TAMPERED']);
  });
  test('a path the pack names literally was put into the worker’s hands', () => {
    assert.deepEqual(tampering('tests/a.test.ts', ['npm', 'test'], 'modified', ['tests/a.test.ts']), []);
  });
});

describe('evidence', () => {
  const file = (name: string, different: Partial<RoundFile> = {}): RoundFile => ({
    path: `${ROUND}/${name}`,
    bytes: 5,
    isRegularInside: true,
    ...different,
  });
  const pattern = (name: string) => `.artifacts/agent_runs/T-1_run/steps/S1/rounds/R*/${name}`;
  const withEvidence = (path_pattern: string, roundFiles: readonly RoundFile[], required_for = ['AC2']) =>
    review({ roundFiles }, packOf({ evidence_required: [{ id: 'E1', path_pattern, required_for }] }));
  test('is found in this round', () => {
    const outcome = withEvidence(pattern('note.md'), [file('note.md')]);
    assert.equal(outcome.verdict, 'PASS');
    assert.deepEqual(outcome.criteria[1]?.evidence.at(-1), `${ROUND}/note.md`);
  });
  test('of an earlier round does not count', () => {
    const stale = {
      path: '.artifacts/agent_runs/T-1_run/steps/S1/rounds/R1/note.md',
      bytes: 5,
      isRegularInside: true,
    };
    const outcome = withEvidence(pattern('note.md'), [stale]);
    assert.deepEqual(codes(outcome), ['EVIDENCE_MISSING']);
    assert.deepEqual(unmet(outcome), ['AC2']);
    assert.deepEqual(failedGates(outcome), ['G4']);
  });
  test('that is empty is missing; a link is no evidence', () => {
    assert.deepEqual(codes(withEvidence(pattern('note.md'), [file('note.md', { bytes: 0 })])), [
      'EVIDENCE_MISSING',
    ]);
    assert.deepEqual(codes(withEvidence(pattern('note.md'), [file('note.md', { isRegularInside: false })])), [
      'EVIDENCE_INVALID_PATH',
    ]);
  });
  test('outside of the round folder is not evidence', () => {
    assert.deepEqual(codes(withEvidence('docs/note.md', [])), ['EVIDENCE_INVALID_PATH']);
  });
  test('the controller’s own step result is always there', () => {
    assert.equal(withEvidence(pattern('step_result.json'), []).verdict, 'PASS');
  });
  test('selects into the controller’s step result', () => {
    for (const selector of [
      'commands_executed[*]',
      'verification_results[*]',
      'files_changed[*]',
      'scope_guard.self_check',
      'task_id',
    ]) {
      assert.equal(withEvidence(`step_result.json::${selector}`, []).verdict, 'PASS', selector);
    }
    for (const selector of ['risks[*]', 'nothing', 'task_id.deeper', 'thread_id']) {
      assert.deepEqual(
        codes(withEvidence(`step_result.json::${selector}`, [])),
        ['EVIDENCE_MISSING'],
        selector,
      );
    }
    assert.deepEqual(codes(withEvidence('other.json::x', [])), ['EVIDENCE_INVALID_PATH']);
  });
  test('required by a criterion counts for it even without a review gate', () => {
    assert.deepEqual(unmet(withEvidence(pattern('note.md'), [], ['AC1'])), ['AC1', 'AC2']);
  });
});

describe('the worker’s own report', () => {
  const report = (different: Partial<StepResult>) => {
    const value = {
      ...review().stepResult,
      files_changed: ['src/a.ts'],
      verdict: 'PASS',
      ...different,
    } as StepResult;
    return codes(review({ workerReport: { ok: true, value, warnings: [] } }));
  };
  test('that agrees is welcome', () => assert.deepEqual(report({}), []));
  test('that names other files is a finding', () => {
    assert.deepEqual(report({ files_changed: [] }), ['EVIDENCE_MISMATCH']);
    assert.deepEqual(report({ files_changed: ['src/a.ts', 'src/b.ts'] }), ['EVIDENCE_MISMATCH']);
  });
  test('that says it failed is believed', () =>
    assert.deepEqual(report({ verdict: 'FAIL' }), ['AC_NOT_MET']));
  test('of another task, or with other criteria, is not valid', () => {
    assert.deepEqual(report({ task_id: 'T-2' }), ['RESULT_INVALID']);
    assert.deepEqual(report({ verification_results: [] }), ['RESULT_INVALID']);
  });
  test('that cannot be read is a finding', () => {
    const problems = [{ code: 'NOT_JSON', pointer: '', message: 'no JSON' }];
    assert.deepEqual(codes(review({ workerReport: { ok: false, problems, warnings: [] } })), [
      'RESULT_INVALID',
    ]);
  });
});

describe('criteria', () => {
  test('without a gate are never met', () => {
    const pack = packOf();
    const bare = {
      ...pack,
      acceptance: {
        ...pack.acceptance,
        gates: pack.acceptance.gates.filter((gate) => gate.gate_id === 'G1'),
      },
    };
    const outcome = review({}, bare);
    assert.deepEqual(codes(outcome), ['AC_UNCOVERED']);
    assert.deepEqual(unmet(outcome), ['AC2']);
  });
  test('a command gate without an index stands for every command', () => {
    const pack = packOf();
    const gates = pack.acceptance.gates.map((gate) =>
      gate.gate_id === 'G1' ? { ...gate, command_index: null } : gate,
    );
    const outcome = review(
      { commands: [command(0, 0), command(1, 1)] },
      { ...pack, acceptance: { ...pack.acceptance, gates } },
    );
    assert.deepEqual(failedGates(outcome), ['G1', 'G2']);
  });
  test('a criterion that nothing else explains speaks for itself', () => {
    const pack = packOf();
    const gates = [{ ...pack.acceptance.gates[0]!, command_index: null }, ...pack.acceptance.gates.slice(1)];
    const empty = {
      ...pack,
      commands: { ...pack.commands, required: [] },
      acceptance: { ...pack.acceptance, gates },
    };
    assert.equal(review({ commands: [] }, empty).verdict, 'FAIL');
  });
});
