import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { loadConfig } from '../../../daemon/config/load-config.ts';
import { endingFindings } from '../../../daemon/domain/review/worker-findings.ts';
import type { ProcessEnd } from '../../../protocol/generated/types.ts';
import { validateScenario } from '../../../protocol/generated/validators.js';
import { buildEnvironment } from '../../../daemon/workers/build-environment.ts';
import { blocksOf, readPage, rowsOf, sectionOf } from './read-page.ts';

const page = readPage('docs/workers.md');

/** The compiler refuses this list as soon as a cause is missing from it or too many. */
const CAUSES: Readonly<Record<ProcessEnd['cause'], true>> = {
  exited: true,
  signaled: true,
  timeout: true,
  silence: true,
  memory: true,
  output: true,
  cancelled: true,
  not_found: true,
  spawn_failed: true,
};

describe('docs/workers.md', () => {
  it('lists every cause of an ending with its reason code', () => {
    const rows = rowsOf(sectionOf(page, 'How it ends'));
    assert.deepEqual(
      rows.map(([cause]) => cause),
      Object.keys(CAUSES),
    );
    for (const [cause, , code] of rows) {
      const end = { exit_code: null, signal: null, duration_ms: 0, peak_memory_bytes: 0, survivors: [] };
      const [finding] = endingFindings({ ...end, cause: cause as ProcessEnd['cause'] });
      assert.equal(code, finding?.code ?? '', cause);
    }
  });

  it('lists exactly the variables that are passed on', () => {
    const [shared = '', windows = ''] = sectionOf(page, 'What it is given of the environment').split(
      'on Windows also',
    );
    const named = (text: string) => [...text.matchAll(/`([A-Za-z_]+)`/g)].map(([, name]) => String(name));
    const everywhere = named(shared);
    const onWindows = named(windows.split('`TERM`')[0] ?? '');
    const source = readPage('daemon/workers/build-environment.ts');
    const listed = (constant: string) =>
      [
        ...(new RegExp(`const ${constant} = \\[(.*?)\\]`, 's').exec(source)?.[1] ?? '').matchAll(/'(\w+)'/g),
      ].map(([, name]) => String(name));
    assert.deepEqual(everywhere, listed('ALLOWED'));
    assert.deepEqual(onWindows, listed('ALLOWED_ON_WINDOWS'));
    const host = Object.fromEntries(
      [...everywhere, 'LC_TIME', 'SECRET', 'GIT_DIR', 'REEVE_X'].map((name) => [name, 'x']),
    );
    const given = buildEnvironment(host, { allow: ['GIT_DIR', 'REEVE_X'], set: {}, platform: 'linux' });
    assert.deepEqual(Object.keys(given).toSorted(), [...everywhere, 'LC_TIME', 'TERM'].toSorted());
  });

  it('lists exactly the variables of the contract', () => {
    const sources = ['create-worker-runner', 'attempt-marker'].map((name) =>
      readPage(`daemon/workers/${name}.ts`),
    );
    const used = new Set(sources.join('\n').match(/REEVE_[A-Z_]+/g));
    const rows = rowsOf(sectionOf(page, 'The contract')).flatMap(([name = '']) =>
      name.startsWith('REEVE_') ? [name] : [],
    );
    assert.deepEqual(rows.toSorted(), [...used].toSorted());
  });

  it('shows a configuration that loads and a scenario that plays', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'reeve-doc-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const [yaml] = blocksOf(page).filter(({ language }) => language === 'yaml');
    writeFileSync(join(folder, 'reeve.yaml'), yaml?.text ?? '');
    const config = await loadConfig({ startDir: folder, env: {} });
    assert.equal(config.defaultWorker, 'agent');
    const [scenario] = blocksOf(page).filter(({ language }) => language === 'json');
    assert.ok(validateScenario(JSON.parse(scenario?.text ?? '')), JSON.stringify(validateScenario.errors));
  });
});
