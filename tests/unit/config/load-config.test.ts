import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ConfigProblem } from '../../../daemon/config/config-problem.ts';
import { loadConfig } from '../../../daemon/config/load-config.ts';
import type { LoadConfigOptions } from '../../../daemon/config/load-config.ts';
import { SETTINGS, SETTING_KEYS } from '../../../daemon/config/settings.ts';
import { ReeveError } from '../../../protocol/errors.ts';

const ONE_WORKER = 'project: shop\nworkers:\n  fix: { kind: command, command: [git, apply] }\n';

describe('loadConfig', () => {
  let home = '';
  let count = 0;
  before(async () => {
    home = await realpath(await mkdtemp(join(tmpdir(), 'reeve-config-')));
  });
  after(() => rm(home, { recursive: true, force: true }));

  async function repository(yaml: string | null): Promise<string> {
    const folder = join(home, `repo-${(count += 1)}`);
    await mkdir(join(folder, '.git'), { recursive: true });
    await mkdir(join(folder, 'src', 'deep'), { recursive: true });
    if (yaml !== null) await writeFile(join(folder, 'reeve.yaml'), yaml);
    return folder;
  }

  async function load(yaml: string | null, options: Partial<LoadConfigOptions> = {}) {
    return loadConfig({ startDir: await repository(yaml), env: {}, ...options });
  }

  async function problemsOf(yaml: string, options: Partial<LoadConfigOptions> = {}) {
    const error = await load(yaml, options).then(
      () => assert.fail('it was accepted'),
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof ReeveError, String(error));
    assert.equal(error.code, 'CONFIG_INVALID');
    return (error.details?.['problems'] ?? []) as readonly ConfigProblem[];
  }

  it('is complete with a project and one worker, which is the default', async () => {
    const config = await load(ONE_WORKER);
    assert.equal(config.project, 'shop');
    assert.equal(config.defaultWorker, 'fix');
    assert.equal(config.origins.get('default_worker')?.at, 'the only worker');
    assert.deepEqual(config.limits, { runtime_sec: 3600, silence_sec: 1200, memory_mb: 4096, output_mb: 64 });
    assert.deepEqual(config.interpreters, { python: 'python3' });
  });

  it('has no default among several workers unless the file says so', async () => {
    const two = `${ONE_WORKER}  demo: { kind: scripted, scenario: demo.json }\n`;
    assert.equal((await load(two)).defaultWorker, null);
    assert.equal((await load(`default_worker: demo\n${two}`)).defaultWorker, 'demo');
  });

  it('needs no file: the repository is the data root and there are no workers', async () => {
    const folder = await repository(null);
    const config = await loadConfig({ startDir: join(folder, 'src', 'deep'), env: {} });
    assert.equal(config.file, null);
    assert.equal(config.repository, folder);
    assert.equal(config.paths.workflow, join(folder, 'workflow'));
    assert.equal(config.workers.size, 0);
  });

  it('is found from a folder below, and paths in it are relative to its folder', async () => {
    const yaml = 'data_root: ../data\nworkers: { demo: { kind: scripted, scenario: a/b.json } }\n';
    const folder = await repository(yaml);
    const config = await loadConfig({ startDir: join(folder, 'src', 'deep'), env: {} });
    assert.equal(config.file, join(folder, 'reeve.yaml'));
    assert.equal(config.paths.root, join(home, 'data'));
    const demo = config.workers.get('demo');
    assert.equal(demo?.kind === 'scripted' ? demo.scenario : null, join(folder, 'a', 'b.json'));
  });

  it('resolves a worker program given as a relative path against the file, never the worktree', async () => {
    const yaml = 'workers: { own: { kind: command, command: [./tools/agent, ./x] } }\n';
    const folder = await repository(yaml);
    const own = (await loadConfig({ startDir: folder, env: {} })).workers.get('own');
    assert.deepEqual(own?.kind === 'command' ? own.command : null, [join(folder, 'tools', 'agent'), './x']);
  });

  it('does not look above the top of the repository', async () => {
    const folder = await repository(ONE_WORKER);
    const inner = join(folder, 'inner');
    await mkdir(join(inner, '.git'), { recursive: true });
    assert.equal((await loadConfig({ startDir: inner, env: {} })).file, null);
  });

  it('does not look above the start folder outside a repository', async () => {
    const folder = join(home, 'plain');
    await mkdir(join(folder, 'below'), { recursive: true });
    await writeFile(join(folder, 'reeve.yaml'), ONE_WORKER);
    assert.equal((await loadConfig({ startDir: join(folder, 'below'), env: {} })).file, null);
    assert.equal((await loadConfig({ startDir: folder, env: {} })).project, 'shop');
  });

  it('ranks flag over environment over file over default', async () => {
    const yaml = 'project: from-file\nlimits: { parallel: 3, output_mb: 9 }\n';
    const env = { REEVE_PROJECT: 'from-env', REEVE_LIMITS_PARALLEL: '4', REEVE_HTTP_ENABLED: 'false' };
    const config = await load(yaml, { env, flags: { project: 'from-flag' } });
    assert.equal(config.project, 'from-flag');
    assert.equal(config.parallel, 4);
    assert.equal(config.limits.output_mb, 9);
    assert.equal(config.http.enabled, false);
    assert.equal(config.origins.get('project')?.at, '--project');
    assert.equal(config.origins.get('limits.parallel')?.at, 'REEVE_LIMITS_PARALLEL');
    assert.match(config.origins.get('limits.output_mb')?.at ?? '', /reeve\.yaml:2:35$/);
    assert.equal(config.origins.get('limits.silence_sec')?.source, 'default');
  });

  it('takes every setting from its own variable', async () => {
    const env = Object.fromEntries(
      SETTING_KEYS.map((key) => {
        const { env: name, default: value } = SETTINGS[key];
        if (key === 'default_worker') return [name, 'fix'];
        if (key === 'retry.on_exhausted') return [name, 'reject'];
        if (typeof value === 'number') return [name, '17'];
        return [name, typeof value === 'boolean' ? 'false' : 'other'];
      }),
    );
    const config = await load(ONE_WORKER, { env });
    for (const key of SETTING_KEYS) assert.equal(config.origins.get(key)?.at, SETTINGS[key].env);
    assert.equal(config.inbox.rescanSec, 17);
    assert.equal(config.retry.on_exhausted, 'reject');
    assert.match(config.paths.root, /other$/);
  });

  it('counts an empty variable as unset', async () => {
    assert.equal((await load(ONE_WORKER, { env: { REEVE_PROJECT: '' } })).project, 'shop');
  });

  it('names the variable that holds a wrong value', async () => {
    const env = { REEVE_LIMITS_PARALLEL: 'two', REEVE_HTTP_ENABLED: '1' };
    const problems = await problemsOf(ONE_WORKER, { env });
    assert.deepEqual(
      problems.map(({ at, message }) => [at, message]),
      [
        ['REEVE_LIMITS_PARALLEL', 'limits.parallel must be a whole number.'],
        ['REEVE_HTTP_ENABLED', 'http.enabled must be true or false.'],
      ],
    );
  });

  it('warns of a variable that looks like a mistyped setting', async () => {
    const config = await load(ONE_WORKER, { env: { REEVE_LIMITS_PARALEL: '2', REEVE_TASK_ID: 'T-1' } });
    assert.deepEqual(config.warnings, [
      'REEVE_LIMITS_PARALEL is not a setting; did you mean REEVE_LIMITS_PARALLEL?',
    ]);
  });

  it('warns of a file whose name is nearly right', async () => {
    const folder = await repository(null);
    await writeFile(join(folder, 'reeve.yml'), ONE_WORKER);
    const config = await loadConfig({ startDir: folder, env: {} });
    assert.match(config.warnings[0] ?? '', /reeve\.yml is not read; rename it to reeve\.yaml/);
  });

  it('reports every problem at once, with line, column and what is accepted', async () => {
    const problems = await problemsOf(
      [
        'limits: { paralel: 3, runtime_sec: "5" }',
        'http:',
        '  enabled: yes',
        'workers:',
        '  fix: { kind: comand, command: [x] }',
        '  "b b": { kind: scripted, scenario: 3 }',
      ].join('\n'),
    );
    const told = problems.map(
      ({ at, message, hint }) => `${at.slice(at.lastIndexOf('/') + 1)} ${message} ${hint ?? ''}`,
    );
    for (const expected of [
      /^reeve\.yaml:1:11 limits\.paralel is not a setting\. Did you mean parallel\? Accepted: runtime_sec,/,
      /^reeve\.yaml:1:36 limits\.runtime_sec must be a whole number\./,
      /^reeve\.yaml:3:12 http\.enabled must be true or false\. Write true or false/,
      /^reeve\.yaml:5:16 workers\.fix\.kind must be one of: command, scripted\./,
      /^reeve\.yaml:6:3 workers\.b b has a name that cannot be used\./,
      /^reeve\.yaml:6:38 workers\.b b\.scenario must be text\./,
    ]) {
      assert.ok(
        told.some((line) => expected.test(line)),
        `${String(expected)} in\n${told.join('\n')}`,
      );
    }
    assert.equal(told.length, 6);
  });

  it('refuses duplicate keys, unknown tags, several documents, YAML 1.1 and keys that are not text', async () => {
    for (const [yaml, message] of [
      ['project: a\nproject: b\n', /unique/],
      ['project: !secret a\n', /tag/i],
      ['project: a\n---\nproject: b\n', /documents/],
      ['%YAML 1.1\n---\nhttp: { enabled: yes }\n', /1\.2/],
      ['? [a]\n: b\n', /plain text/],
      ['project: *gone\n', /alias/],
      ['a: [', /flow sequence/i],
    ] as const) {
      assert.match((await problemsOf(yaml))[0]?.message ?? '', message, yaml);
    }
  });

  it('refuses alias bombs, deep nesting, and what is not a table, without falling over', async () => {
    const bomb = 'a: &a [x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n';
    assert.match((await problemsOf(bomb))[0]?.message ?? '', /alias/i);
    assert.ok((await problemsOf('['.repeat(60_000))).length <= 20);
    assert.ok((await problemsOf(`project: ${'['.repeat(1200)}${']'.repeat(1200)}\n`)).length > 0);
    assert.match((await problemsOf('- a\n- b\n'))[0]?.message ?? '', /table/);
    assert.match((await problemsOf('__proto__: { project: x }\n'))[0]?.message ?? '', /not a setting/);
    assert.ok((await problemsOf('workers: &w\n  a: *w\n')).length > 0);
  });

  it('refuses a file that is too large, not UTF-8, a folder, or absent although named', async () => {
    const folder = await repository(null);
    const big = join(folder, 'big.yaml');
    await writeFile(big, `# ${'x'.repeat(300_000)}\n`);
    const latin = join(folder, 'latin.yaml');
    await writeFile(latin, Buffer.from('project: caf # caf\u00e9\n', 'latin1'));
    for (const explicitFile of [big, latin, folder, join(folder, 'absent.yaml')]) {
      await assert.rejects(loadConfig({ startDir: folder, env: {}, explicitFile }), {
        code: 'CONFIG_INVALID',
      });
    }
  });

  it('accepts an empty file and a byte order mark', async () => {
    assert.equal((await load('')).project, 'default');
    assert.equal((await load('\ufeffproject: bom\n')).project, 'bom');
  });

  it('refuses a default worker that is not configured and suggests the one meant', async () => {
    const [problem] = await problemsOf(`default_worker: fixx\n${ONE_WORKER}`);
    assert.match(problem?.at ?? '', /reeve\.yaml:1:17$/);
    assert.match(problem?.hint ?? '', /Did you mean fix\?/);
    const [other] = await problemsOf(ONE_WORKER, { env: { REEVE_WORKER: 'nobody' } });
    assert.equal(other?.at, 'REEVE_WORKER');
  });

  it('refuses a project named like a device', async () => {
    assert.match((await problemsOf('project: con\n'))[0]?.message ?? '', /reserve/);
  });

  it('reads the file that --config or REEVE_CONFIG names, the flag first', async () => {
    const folder = await repository('project: found\n');
    await writeFile(join(folder, 'a.yaml'), 'project: from-env\n');
    await writeFile(join(folder, 'b.yaml'), 'project: from-flag\n');
    const env = { REEVE_CONFIG: 'a.yaml' };
    assert.equal((await loadConfig({ startDir: folder, env })).project, 'from-env');
    assert.equal((await loadConfig({ startDir: folder, env, explicitFile: 'b.yaml' })).project, 'from-flag');
  });

  it('starts from --repo when it is given', async () => {
    const folder = await repository('project: there\n');
    assert.equal((await loadConfig({ startDir: home, repoDir: folder, env: {} })).project, 'there');
    const nowhere = loadConfig({ startDir: home, repoDir: 'nowhere', env: {} });
    await assert.rejects(nowhere, { code: 'NOT_FOUND' });
  });

  it('has the same keys and defaults as the schema', async () => {
    const schema: unknown = JSON.parse(
      await readFile(new URL('../../../schemas/config.schema.json', import.meta.url), 'utf8'),
    );
    const found = new Map<string, unknown>();
    collectDefaults(schema, '', found);
    for (const key of SETTING_KEYS) assert.equal(found.get(key) ?? null, SETTINGS[key].default, key);
    const tables = ['$schema', 'workers', 'interpreters'];
    assert.deepEqual(
      [...found.keys()].filter((key) => !tables.includes(key)).sort(),
      [...SETTING_KEYS].sort(),
    );
  });
});

function collectDefaults(schema: unknown, prefix: string, into: Map<string, unknown>): void {
  const { properties } = schema as { properties: Record<string, { properties?: object; default?: unknown }> };
  for (const [name, member] of Object.entries(properties)) {
    if (member.properties === undefined) into.set(`${prefix}${name}`, member.default);
    else collectDefaults(member, `${prefix}${name}.`, into);
  }
}
