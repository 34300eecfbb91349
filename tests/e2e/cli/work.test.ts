import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { createSandbox } from './run-reeve.ts';
import type { Sandbox } from './run-reeve.ts';

/** The slow worker hangs the first time only: what it is asked again, it does. */
const toConfig = (root: string): string => `project: shop
default_worker: good
workers:
  good: { kind: command, command: [sh, -c, 'echo on it; mkdir src; echo hi > src/a.txt'] }
  idle: { kind: command, command: [sh, -c, 'echo nothing done'] }
  slow: { kind: command, command: [sh, -c, 'test -e ${root}/seen || { touch ${root}/seen; sleep 60; }; mkdir src; echo hi > src/a.txt'] }
`;

interface RunData {
  readonly task_id: string;
  readonly final_status: string | null;
  readonly attempts: readonly {
    readonly r: number;
    readonly s: number;
    readonly result: string;
    readonly reason_code: string;
    readonly failed_criteria: readonly string[];
    readonly files_changed: readonly string[];
    readonly commands: readonly { readonly command: string; readonly exit_code: number | null }[];
    readonly rework_pack: { readonly rerun_commands: readonly string[] } | null;
  }[];
  readonly branch: string | null;
  readonly commit: string | null;
  readonly ledger: { readonly events: number; readonly head_hash: string };
}

interface Envelope<T> {
  readonly data: T;
}

describe('reeve at work', { timeout: 600_000 }, () => {
  async function shop(t: TestContext): Promise<Sandbox> {
    const sandbox = await createSandbox(t);
    await sandbox.write('reeve.yaml', toConfig(sandbox.root));
    return sandbox;
  }

  async function pack(sandbox: Sandbox, taskId: string): Promise<string> {
    const file = `${taskId}.json`;
    const text = {
      task_id: taskId,
      title: `Write src/a.txt (${taskId})`,
      allowed_paths: ['src/**'],
      commands_to_run: ['test -f src/a.txt'],
      acceptance_criteria: ['AC1: src/a.txt exists.'],
    };
    await sandbox.write(file, JSON.stringify(text));
    return file;
  }

  const runData = (stdout: string): RunData => (JSON.parse(stdout) as Envelope<RunData>).data;

  async function startDaemon(sandbox: Sandbox) {
    const daemon = sandbox.start('start');
    let printed = '';
    daemon.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    daemon.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    const ended = once(daemon, 'exit').then(([code]) => code as number | null);
    const state = join(sandbox.root, '.reeve', 'daemon.json');
    for (;;) {
      if (await readFile(state, 'utf8').catch(() => null)) break;
      assert.equal(daemon.exitCode, null, printed);
      await sleep(50);
    }
    return { daemon, ended, printed: () => printed };
  }

  it('does a pack to its end without a daemon and answers with all there is to know', async (t) => {
    const sandbox = await shop(t);
    const { exit, stdout, stderr } = await sandbox.reeve('run', await pack(sandbox, 'T-1'), '--json');
    assert.equal(exit, 0, stderr);
    const data = runData(stdout);
    assert.deepEqual(Object.keys(data), [
      ...['project_id', 'task_id', 'run_id', 'step_id', 'final_status'],
      ...['attempts', 'branch', 'commit', 'ledger'],
    ]);
    assert.deepEqual(Object.keys(data.attempts[0] ?? {}), [
      ...['r', 's', 'attempt_id', 'result', 'reason_code', 'failed_gates', 'failed_criteria'],
      ...['files_changed', 'commands', 'rework_pack'],
    ]);
    assert.equal(data.final_status, 'accepted');
    assert.deepEqual(data.attempts[0]?.files_changed, ['src/a.txt']);
    assert.deepEqual(
      data.attempts[0]?.commands.map(({ command, exit_code }) => [command, exit_code]),
      [['test -f src/a.txt', 0]],
    );
    assert.equal(await sandbox.git('show', `${data.branch}:src/a.txt`), 'hi');
    assert.equal(await sandbox.git('rev-parse', data.branch ?? ''), data.commit);
    assert.equal(await sandbox.git('log', '--format=%s', 'main'), 'First');
    const log = await readFile(join(sandbox.root, 'workflow/shop/tasks/T-1/events.jsonl'), 'utf8');
    assert.equal(log.trimEnd().split('\n').length, data.ledger.events);
  });

  it('exits 1 and needs a person when the work is never done, then goes on after a reset or ends by hand', async (t) => {
    const sandbox = await shop(t);
    const file = await pack(sandbox, 'T-2');
    const { exit, stdout } = await sandbox.reeve('run', file, '--worker', 'idle', '--json');
    assert.equal(exit, 1);
    const data = runData(stdout);
    assert.equal(data.final_status, 'needs_person');
    assert.deepEqual(
      new Set(data.attempts.map(({ reason_code }) => reason_code)),
      new Set(['COMMAND_FAILED']),
    );
    const reworked = data.attempts.filter(({ rework_pack }) => rework_pack !== null);
    assert.deepEqual(
      reworked.map(({ rework_pack }) => rework_pack?.rerun_commands),
      [['test -f src/a.txt']],
    );

    assert.match((await sandbox.reeve('why', 'T-2')).stdout, /needs_person[\s\S]*→ reeve retry T-2 --reset/);
    assert.equal((await sandbox.reeve('retry', 'T-2')).exit, 2);
    assert.equal((await sandbox.reeve('retry', 'T-2', '--reset', '--reason', 'again')).exit, 0);
    assert.equal((await sandbox.reeve('close', 'T-2', '--status', 'rejected', '--detail', 'no')).exit, 0);
    const again = await sandbox.reeve('close', 'T-2', '--status', 'rejected', '--json');
    assert.equal(again.exit, 1);
    assert.equal((JSON.parse(again.stdout) as { error: { code: string } }).error.code, 'TASK_CLOSED');
  });

  it('answers the same bytes with what became of them, and refuses a bad pack with every problem', async (t) => {
    const sandbox = await shop(t);
    const file = await pack(sandbox, 'T-3');
    const first = runData((await sandbox.reeve('run', file, '--json')).stdout);
    const second = await sandbox.reeve('run', file, '--json');
    assert.equal(second.exit, 0);
    assert.equal(runData(second.stdout).commit, first.commit);
    await sandbox.write('bad.json', '{"task_id": "X"}');
    const bad = await sandbox.reeve('run', 'bad.json', '--json');
    assert.equal(bad.exit, 1);
    const { error } = JSON.parse(bad.stdout) as { error: { code: string; details: { problems: unknown[] } } };
    assert.equal(error.code, 'PACK_INVALID');
    assert.ok(error.details.problems.length >= 3);
  });

  it('leaves an interrupted pack in a state that the next run takes up', async (t) => {
    const sandbox = await shop(t);
    const file = await pack(sandbox, 'T-4');
    const run = sandbox.start('run', file, '--worker', 'slow');
    let printed = '';
    run.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    const ended = once(run, 'exit') as Promise<[number | null]>;
    while (!printed.includes('worker runs')) {
      await Promise.race([once(run.stdout, 'data'), ended]);
      assert.equal(run.exitCode, null, printed);
    }
    run.kill('SIGINT');
    const [code] = await ended;
    assert.equal(code, 130);
    const next = await sandbox.reeve('run', file, '--json');
    assert.equal(next.exit, 0, next.stderr);
    const { attempts } = runData(next.stdout);
    assert.deepEqual(
      attempts.map(({ r, s, result }) => [r, s, result]),
      [
        [0, 0, 'INTERRUPTED'],
        [0, 0, 'PASS'],
      ],
    );
    assert.equal((await sandbox.reeve('verify')).exit, 0);
  });

  it('records attempts of an outside tool in their order, and nothing out of it', async (t) => {
    const sandbox = await shop(t);
    const attempt = ['attempt', 'M-1', '--run', 'M-1_20260101T000000Z_ab', '--step', 'S1'];
    const fail = await sandbox.reeve(
      ...attempt,
      '--result',
      'FAIL',
      '--reason',
      'COMMAND_FAILED',
      '--detail',
      '2 fail',
    );
    assert.equal(fail.exit, 0, fail.stderr);
    assert.match(fail.stdout, /R0\/S0.*FAIL COMMAND_FAILED: 2 fail/);
    const wrong = await sandbox.reeve(...attempt, '--result', 'PASS', '--r', '5', '--s', '0', '--json');
    assert.equal(
      (JSON.parse(wrong.stdout) as { error: { code: string } }).error.code,
      'ATTEMPT_OUT_OF_ORDER',
    );
    const pass = await sandbox.reeve(
      ...attempt,
      '--result',
      'PASS',
      '--verdict',
      'PASS',
      '--file',
      'a',
      '--file',
      'b',
      '--json',
    );
    const { event } = (
      JSON.parse(pass.stdout) as Envelope<{
        event: { data: { s: number; files_changed: { path: string }[] } };
      }>
    ).data;
    assert.equal(event.data.s, 1);
    assert.deepEqual(
      event.data.files_changed.map(({ path }) => path),
      ['a', 'b'],
    );
    assert.equal((await sandbox.reeve('close', 'M-1', '--status', 'accepted', '--tool', 'logger')).exit, 0);
    const lines = (await sandbox.reeve('logs', 'M-1', '--json')).stdout.trimEnd().split('\n');
    const types = lines.map((line) => (JSON.parse(line) as { type: string }).type);
    assert.deepEqual(types.slice(-3), ['attempt.recorded', 'attempt.recorded', 'task.closed']);
  });

  it('goes through the running daemon with every verb, and two writers never meet', async (t) => {
    const sandbox = await shop(t);
    const { ended, printed } = await startDaemon(sandbox);
    const run = await sandbox.reeve('run', await pack(sandbox, 'T-5'), '--json');
    assert.equal(run.exit, 0, run.stderr);
    assert.equal(runData(run.stdout).final_status, 'accepted');

    await mkdir(join(sandbox.root, 'workflow/shop/inbox'), { recursive: true });
    const dropped = await pack(sandbox, 'T-6');
    const following = sandbox.reeve('logs', '-f', 'T-6');
    await rename(join(sandbox.root, dropped), join(sandbox.root, 'workflow/shop/inbox', dropped));
    assert.match((await following).stdout, /task opened[\s\S]*closed accepted/);

    const other = await sandbox.reeve('start', '--json');
    assert.equal(other.exit, 1);
    assert.equal((JSON.parse(other.stdout) as { error: { code: string } }).error.code, 'LEDGER_LOCKED');
    const status = (
      JSON.parse((await sandbox.reeve('status', '--json')).stdout) as Envelope<{
        daemon: { pid: number } | null;
        tasks: { status: string }[];
      }>
    ).data;
    assert.ok((status.daemon?.pid ?? 0) > 0);
    assert.deepEqual(
      status.tasks.map((task) => task.status),
      ['accepted', 'accepted'],
    );

    const stop = await sandbox.reeve('stop');
    assert.equal(stop.exit, 0, stop.stderr);
    assert.equal(await ended, 0, printed());
    assert.equal((await sandbox.reeve('stop')).exit, 7);
    assert.equal((await sandbox.reeve('verify')).exit, 0);
  });

  it('ends with --once when nothing is owed; --strict fails what was not accepted', async (t) => {
    const sandbox = await shop(t);
    await mkdir(join(sandbox.root, 'workflow'));
    const file = await pack(sandbox, 'T-7');
    await rename(join(sandbox.root, file), join(sandbox.root, 'workflow', file));
    const once = await sandbox.reeve('start', '--once', '--strict', '--json');
    assert.equal(once.exit, 0, once.stderr);
    assert.equal(
      (JSON.parse(once.stdout) as Envelope<{ counts: { accepted: number } }>).data.counts.accepted,
      1,
    );
    await sandbox.write('workflow/broken.json', '{');
    assert.equal((await sandbox.reeve('start', '--once')).exit, 0);
    await sandbox.write('workflow/broken.json', '[');
    assert.equal((await sandbox.reeve('start', '--once', '--strict')).exit, 1);
  });

  it('tells tampering apart: exit 6 and the line for a flipped byte', async (t) => {
    const sandbox = await shop(t);
    assert.equal((await sandbox.reeve('run', await pack(sandbox, 'T-8'))).exit, 0);
    const log = 'workflow/shop/tasks/T-8/events.jsonl';
    const text = await readFile(join(sandbox.root, log), 'utf8');
    await sandbox.write(log, text.replace('T-8)', 'T-9)'));
    const { exit, stdout } = await sandbox.reeve('verify', 'T-8');
    assert.equal(exit, 6);
    assert.match(stdout, /^TAMPERED at tasks\/T-8\/events\.jsonl line 1, project shop: /);
    const logs = await sandbox.reeve('logs', 'T-8');
    assert.match(logs.stderr, /line 1 is damaged/);
    assert.match(logs.stdout, /closed accepted/);
  });

  it('hands a project over: export, verify, import under another name with equal heads', async (t) => {
    const sandbox = await shop(t);
    await sandbox.reeve('run', await pack(sandbox, 'T-10'));
    const exported = await sandbox.reeve('export', '--archive', 'shop.zip', '--json');
    assert.equal(exported.exit, 0, exported.stdout);
    const { heads } = (JSON.parse(exported.stdout) as Envelope<{ heads: unknown }>).data;
    const again = await sandbox.reeve('export', '--archive', 'shop.zip', '--json');
    assert.equal((JSON.parse(again.stdout) as { error: { code: string } }).error.code, 'CONFLICT');
    assert.equal((await sandbox.reeve('verify', '--archive', 'shop.zip')).exit, 0);
    const imported = await sandbox.reeve('import', '--archive', 'shop.zip', '--as', 'copy', '--json');
    assert.equal(imported.exit, 0, imported.stdout);
    assert.deepEqual((JSON.parse(imported.stdout) as Envelope<{ heads: unknown }>).data.heads, heads);
    assert.match((await sandbox.reeve('why', 'T-10', '--json')).stdout, /"project_id":"shop"/);
    assert.equal((await sandbox.reeve('why', 'T-10', '--project', 'copy')).exit, 0);

    const archive = await readFile(join(sandbox.root, 'shop.zip'));
    const at = archive.indexOf('T-10');
    archive.write('T-11', at);
    await writeFile(join(sandbox.root, 'bad.zip'), archive);
    const bad = await sandbox.reeve('verify', '--archive', 'bad.zip');
    assert.equal(bad.exit, 6, bad.stdout);
  });

  it('reviews work done elsewhere, in a range and in the checkout, and writes the ReworkPack', async (t) => {
    const sandbox = await shop(t);
    const file = await pack(sandbox, 'T-12');
    const validated = await sandbox.reeve('validate', file, '--json');
    const { pack: canonical } = (JSON.parse(validated.stdout) as Envelope<{ pack: Record<string, string> }>)
      .data;
    const report = (files: readonly string[]) => ({
      ...{ task_id: canonical['task_id'], run_id: canonical['run_id'], step_id: canonical['step_id'] },
      ...{ attempt_id: 'A_1', verdict: 'PASS', reason_code: 'PASS_ALL_CRITERIA', files_changed: files },
      verification_results: [{ criteria: 'AC1: src/a.txt exists.', met: true, evidence_path: null }],
    });
    await mkdir(join(sandbox.root, 'src'));
    await sandbox.write('src/a.txt', 'done\n');
    await sandbox.git('add', 'src');
    await sandbox.git('commit', '--quiet', '--message', 'Work');
    await sandbox.write('.git/info/exclude', '*.json\nreeve.yaml\n');
    await sandbox.write('report.json', JSON.stringify(report(['src/a.txt'])));
    const range = await sandbox.reeve('review', file, 'report.json', '--base', 'HEAD~1', '--head', 'HEAD');
    assert.equal(range.exit, 0, range.stdout + range.stderr);

    await sandbox.write('stray.txt', 'not asked for\n');
    const args = [
      'review',
      file,
      'report.json',
      '--base',
      'HEAD~1',
      '--write-rework',
      'rework.json',
      '--json',
    ];
    const checkout = await sandbox.reeve(...args);
    assert.equal(checkout.exit, 1, checkout.stderr);
    const { review } = (
      JSON.parse(checkout.stdout) as Envelope<{ review: { findings: { code: string; paths: string[] }[] } }>
    ).data;
    assert.deepEqual(review.findings[0], {
      ...review.findings[0],
      code: 'SCOPE_VIOLATION',
      paths: ['stray.txt'],
    });
    const rework = JSON.parse(await readFile(join(sandbox.root, 'rework.json'), 'utf8')) as {
      task_kind: string;
    };
    assert.equal(rework.task_kind, 'rework');
    assert.equal(await sandbox.git('status', '--porcelain'), '?? stray.txt');
    assert.equal((await sandbox.git('worktree', 'list')).split('\n').length, 1);
    await sandbox.write('foreign.json', JSON.stringify({ ...report([]), task_id: 'T-99' }));
    assert.equal((await sandbox.reeve('review', file, 'foreign.json')).exit, 2);
    assert.equal((await sandbox.reeve('review', file, 'report.json', '--head', 'HEAD')).exit, 2);
    assert.equal((await sandbox.reeve('review', file, 'report.json', '--base', '--all')).exit, 2);
  });

  it('lists events of all tasks in order, from any point on', async (t) => {
    const sandbox = await shop(t);
    await sandbox.reeve('run', await pack(sandbox, 'T-9'));
    const all = JSON.parse((await sandbox.reeve('events', '--json')).stdout) as {
      data: { id: string; type: string }[];
      meta: { count: number; last_event_id: string };
    };
    assert.equal(all.meta.count, all.data.length);
    assert.deepEqual(
      all.data.map(({ id }) => id),
      all.data.map(({ id }) => id).toSorted(),
    );
    const third = all.data[2]?.id ?? '';
    const since = async (from: string) => {
      const { stdout } = await sandbox.reeve('events', '--since', from, '--json');
      return (JSON.parse(stdout) as Envelope<{ id: string }[]>).data;
    };
    const rest = await since(third);
    assert.equal(rest.length, all.data.length - 3);
    assert.deepEqual(rest, await since('3'));
  });

  it('runs its own example after init --example', async (t) => {
    const sandbox = await createSandbox(t);
    await sandbox.reeve('init', '--example');
    const { exit, stdout, stderr } = await sandbox.reeve('run', 'examples/hello.json');
    assert.equal(exit, 0, stderr);
    assert.match(
      stdout,
      /✓ node hello\/hello\.mjs[\s\S]*HELLO-1 accepted[\s\S]*→ git merge reeve\/HELLO-1\//,
    );
  });
});
