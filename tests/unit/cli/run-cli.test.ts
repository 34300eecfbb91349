import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { toExitCode } from '../../../cli/exit-codes.ts';
import { runCli } from '../../../cli/run-cli.ts';
import { VERBS } from '../../../cli/verbs.ts';
import { ERROR_CODES } from '../../../protocol/errors.ts';

describe('runCli', () => {
  let cwd = '';
  before(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'reeve-cli-'));
    await mkdir(join(cwd, '.git'));
  });
  after(() => rm(cwd, { recursive: true, force: true }));

  async function cli(argv: readonly string[], env: Record<string, string> = {}, isTTY = false) {
    let stdout = '';
    let stderr = '';
    const exit = await runCli(argv, {
      cwd,
      env,
      stdout: { write: (text) => void (stdout += text), isTTY },
      stderr: { write: (text) => void (stderr += text), isTTY },
      signal: new AbortController().signal,
      now: () => 0,
    });
    return { exit, stdout, stderr };
  }

  it('prints the help and exits 2 when nothing is asked', async () => {
    const { exit, stdout, stderr } = await cli([]);
    assert.equal(exit, 2);
    assert.equal(stdout, '');
    for (const { name } of VERBS) assert.match(stderr, new RegExp(`^  ${name}\\b`, 'm'));
  });

  it('shows help with examples for every verb, on stdout, and exits 0', async () => {
    for (const { name, examples } of VERBS) {
      const { exit, stdout, stderr } = await cli([name, '--help']);
      assert.equal(exit, 0, name);
      assert.equal(stderr, '', name);
      for (const example of examples) assert.ok(stdout.includes(`$ ${example}`), `${name}: ${example}`);
    }
  });

  it('shows only examples that it would itself accept', async () => {
    const known = new Map(VERBS.map((verb) => [verb.name, verb.options.map(([flags]) => flags).join(' ')]));
    for (const { examples } of VERBS) {
      for (const example of examples.join(' && ').split(/&&|\||<\(/)) {
        const words = example.trim().match(/"[^"]*"|\S+/g) ?? [];
        if (words[0] !== 'reeve') continue;
        const options = known.get(words[1] ?? '');
        assert.ok(options !== undefined, example);
        for (const flag of words.filter((word) => /^--?[a-z]/.test(word))) {
          assert.ok(`${options} --json --project --repo`.includes(flag), `${flag} in ${example}`);
        }
      }
    }
  });

  it('suggests the verb that was meant', async () => {
    const { exit, stderr } = await cli(['statsu']);
    assert.equal(exit, 2);
    assert.match(stderr, /There is no verb 'statsu'\.\n {2}→ Did you mean status\?/);
  });

  it('answers a usage error as an envelope on stdout with --json, and nothing on stderr', async () => {
    for (const argv of [
      ['logs', '--json'],
      ['--json', 'logs', 'T', '--bogus'],
      ['close', 'T', '--json', '--status', 'x'],
    ]) {
      const { exit, stdout, stderr } = await cli(argv);
      assert.equal(exit, 2, argv.join(' '));
      const { error } = JSON.parse(stdout) as { error: { code: string; message: string; hint: string } };
      assert.equal(error.code, 'USAGE');
      assert.ok(error.message.endsWith('.') && error.hint.length > 0, stdout);
      assert.equal(stderr, '');
    }
  });

  it('exits 2 and lists every problem when the configuration is wrong', async () => {
    await writeFile(join(cwd, 'bad.yaml'), 'projekt: x\nlimits: { parallel: many }\n');
    const { exit, stderr } = await cli(['status', '--config', 'bad.yaml']);
    assert.equal(exit, 2);
    assert.match(stderr, /bad\.yaml:1:1: projekt is not a setting\./);
    assert.match(stderr, /bad\.yaml:2:21: limits\.parallel must be a whole number\./);
  });

  it('exits 7 when a daemon is needed and none runs', async () => {
    assert.equal((await cli(['stop'])).exit, 7);
    await writeFile(join(cwd, 'any.json'), '{}');
    assert.equal((await cli(['submit', 'any.json', '--wait'])).exit, 7);
  });

  it('answers with one envelope that names the version', async () => {
    const { exit, stdout } = await cli(['status', '--json']);
    assert.equal(exit, 0);
    const { data, meta } = JSON.parse(stdout) as {
      data: { tasks: unknown[] };
      meta: { reeve_version: string };
    };
    assert.deepEqual(data.tasks, []);
    assert.match(meta.reeve_version, /^\d+\.\d+\.\d+/);
  });

  it('colours only for a terminal, and never against NO_COLOR, --no-color or TERM=dumb', async () => {
    const isColoured = async (argv: readonly string[], env: Record<string, string>, isTTY: boolean) => {
      return (await cli(['status', ...argv], env, isTTY)).stdout.includes('\u001b[');
    };
    assert.equal(await isColoured([], {}, true), true);
    assert.equal(await isColoured([], {}, false), false);
    assert.equal(await isColoured([], { FORCE_COLOR: '1' }, false), true);
    assert.equal(await isColoured([], { NO_COLOR: '1', FORCE_COLOR: '1' }, true), false);
    assert.equal(await isColoured(['--no-color'], {}, true), false);
    assert.equal(await isColoured([], { TERM: 'dumb' }, true), false);
  });

  it('escapes what an argument makes it print', async () => {
    const { stderr } = await cli(['why', 'T\u001b[2J']);
    assert.ok(!stderr.includes('\u001b'), stderr);
  });

  it('keeps silent with --quiet and tells the stack with --verbose', async () => {
    assert.match((await cli(['stop', '-v'])).stderr, /at .*stop\.ts/);
    assert.equal((await cli(['logs', 'none', '-q'])).stdout, '');
  });
});

describe('exit codes', () => {
  it('gives every error code a status other than 0', () => {
    for (const code of ERROR_CODES) assert.ok(toExitCode(code) > 0, code);
  });

  it('keeps usage, damage and an absent daemon apart from plain failure', () => {
    const codes = [
      'USAGE',
      'CONFIG_INVALID',
      'LEDGER_DAMAGED',
      'DAEMON_NOT_RUNNING',
      'PACK_INVALID',
    ] as const;
    assert.deepEqual(codes.map(toExitCode), [2, 2, 6, 7, 1]);
  });
});
