import assert from 'node:assert/strict';
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { configTemplate } from '../../../cli/init/config-template.ts';
import { loadConfig } from '../../../daemon/config/load-config.ts';
import { SETTINGS, SETTING_KEYS } from '../../../daemon/config/settings.ts';

describe('docs/configuration.md', () => {
  let folder = '';
  let page = '';
  before(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'reeve-doc-')));
    page = await readFile(new URL('../../../docs/configuration.md', import.meta.url), 'utf8');
  });
  after(() => rm(folder, { recursive: true, force: true }));

  async function load(yaml: string) {
    await writeFile(join(folder, 'reeve.yaml'), yaml);
    return loadConfig({ startDir: folder, env: {} });
  }

  it('shows an example that loads and names every setting with its default', async () => {
    const example = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
    const config = await load(example);
    for (const key of SETTING_KEYS) assert.equal(config.origins.get(key)?.source, 'file', key);
    const plain = await load('workers: { fix: { kind: command, command: [x] } }\n');
    const { limits, parallel, retry, http, inbox, interpreters, paths, project } = plain;
    assert.deepEqual(
      { limits, parallel, retry, http, inbox, interpreters, paths, project },
      {
        limits: config.limits,
        parallel: config.parallel,
        retry: config.retry,
        http: config.http,
        inbox: config.inbox,
        interpreters: config.interpreters,
        paths: config.paths,
        project: config.project,
      },
    );
  });

  it('has a row for every setting, with its variable and default', () => {
    for (const key of SETTING_KEYS) {
      const { env, default: value } = SETTINGS[key];
      const row = page.split('\n').find((line) => line.startsWith(`| \`${key}\``)) ?? '';
      assert.ok(row.includes(`\`${env}\``), key);
      if (value !== null && key !== 'data_root') assert.ok(row.includes(`\`${String(value)}\``), key);
    }
  });

  it('is what reeve init writes as well: its templates load', async () => {
    const plain = await load(configTemplate({ project: 'shop', withExample: false }));
    assert.equal(plain.project, 'shop');
    assert.equal(plain.workers.size, 0);
    const example = await load(configTemplate({ project: 'shop', withExample: true }));
    assert.equal(example.defaultWorker, 'demo');
  });
});
