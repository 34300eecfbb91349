import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import manifest from '../../../package.json' with { type: 'json' };
import { loadConfig } from '../../../daemon/config/load-config.ts';
import { blocksOf, readPage, sectionOf } from './read-page.ts';

describe('README.md', () => {
  const page = readPage('README.md');

  it('has what and the two commands on its first screen', () => {
    const screen = page.split('\n').slice(0, 24).join('\n');
    assert.match(screen, /^npm start$/m);
    assert.match(screen, /^npm test$/m);
  });

  it('shows a configuration that loads as the page says', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'reeve-doc-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const [yaml] = blocksOf(sectionOf(page, 'Configuration')).filter(({ language }) => language === 'yaml');
    assert.ok(yaml !== undefined && yaml.text.trimEnd().split('\n').length <= 10);
    writeFileSync(join(folder, 'reeve.yaml'), yaml.text);
    const config = await loadConfig({ startDir: folder, env: {} });
    assert.deepEqual([...config.workers.keys()], ['agent', 'demo']);
    writeFileSync(
      join(folder, 'reeve.yaml'),
      yaml.text.replace(/^(?!workers:| ).*\n/gm, '').replace(/^ +demo.*\n/m, ''),
    );
    assert.equal((await loadConfig({ startDir: folder, env: {} })).defaultWorker, 'agent');
  });

  it('names the version and the Node of package.json', () => {
    assert.ok(page.includes(`./reeve-${manifest.version}.tgz`));
    assert.ok(page.includes(`Node ≥ ${/\d+\.\d+/.exec(manifest.engines.node)?.[0]}`));
  });
});
