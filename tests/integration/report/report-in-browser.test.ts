import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { attempt, closed, committed, escalated, opened, pack, rework } from '../../helpers/task-spec.ts';
import { FACTS, HASH, ofProject, ofTask, PERSON, reportOf } from '../../unit/domain/report/report-spec.ts';

const run = promisify(execFile);
const browser = await findBrowser();
const skip = browser === null ? 'needs chromium' : false;

async function findBrowser(): Promise<string | null> {
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    const found = await run(name, ['--version']).catch(() => null);
    if (found !== null) return name;
  }
  return null;
}

/** Runs the browser on a page, with nothing of the user's and no word to anyone. */
async function browse(page: string, ...flags: readonly string[]): Promise<string> {
  const home = mkdtempSync(join(tmpdir(), 'reeve-browser-'));
  const profile = `--user-data-dir=${join(home, 'profile')}`;
  try {
    const { stdout } = await run(browser ?? '', [...QUIET, profile, ...flags, pathToFileURL(page).href], {
      env: { PATH: process.env['PATH'], HOME: home },
      maxBuffer: 64 * 1024 * 1024,
      timeout: 60_000,
    });
    return stdout;
  } finally {
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

const QUIET = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

const folder = mkdtempSync(join(tmpdir(), 'reeve-report-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const LONG = `src/${'a-very-long-name-without-a-space/'.repeat(8)}file.ts`;
const files = { files_changed: [{ path: LONG, status: 'added' }], files_changed_count: 1 };
const { html } = reportOf({
  events: [
    ofProject({ type: 'project.created', data: { project_id: 'p', reeve_version: '1.0.0' } }),
    ...ofTask('T-1', opened, pack(), ...attempt(0, 0, 'SCOPE_VIOLATION', files), rework(1), escalated(), [
      closed,
      { actor: PERSON },
    ]),
    ...ofTask('T-2', opened, pack(), ...attempt(0, 0, 'PASS_ALL_CRITERIA', files), committed(0, 0), closed),
  ],
  facts: {
    leftOut: { ...FACTS.leftOut, redactedFiles: [{ path: `tasks/T-1/${LONG}`, sha256: HASH, bytes: 1 }] },
  },
});

/** Shows the report in a frame of some width, and tells what a script outside of it measures there. */
async function measure(width: number): Promise<Record<string, unknown>> {
  const page = join(folder, `frame-${width}.html`);
  const source = html.replace(/[&"]/g, (character) => (character === '&' ? '&amp;' : '&quot;'));
  writeFileSync(
    page,
    `<meta charset="utf-8"><iframe style="border:0;width:${width}px;height:800px" srcdoc="${source}"></iframe>` +
      `<pre id="out"></pre><script>onload = () => { const { document: page } = frames[0]; const { documentElement: root } = page;
       document.getElementById('out').textContent = JSON.stringify({ overflow: root.scrollWidth - root.clientWidth,
         font: frames[0].getComputedStyle(page.body).maxWidth, heads: page.querySelectorAll('th[scope]').length,
         articles: page.querySelectorAll('article').length, foreign: page.querySelectorAll('script,img,link,iframe').length,
         dead: [...page.querySelectorAll('a')].filter((a) => page.querySelector(a.getAttribute('href')) === null).length }) }</script>`,
  );
  const dom = await browse(page, '--window-size=1400,900', '--dump-dom');
  const measured = /<pre id="out">([^<]+)<\/pre>/.exec(dom)?.[1] ?? '';
  return JSON.parse(measured) as Record<string, unknown>;
}

describe('the report in a browser', { skip }, () => {
  for (const width of [360, 1280]) {
    test(`needs no sideways scrolling at ${width} pixels, and is styled, linked and headed`, async () => {
      const { overflow, font, heads, articles, foreign, dead } = await measure(width);
      assert.deepEqual(
        { overflow, articles, foreign, dead },
        { overflow: 0, articles: 2, foreign: 0, dead: 0 },
      );
      assert.equal(font, '992px');
      assert.ok(Number(heads) > 10);
    });
  }

  test('prints', async () => {
    const page = join(folder, 'report.html');
    const pdf = join(folder, 'report.pdf');
    writeFileSync(page, html);
    await browse(page, `--print-to-pdf=${pdf}`, '--no-pdf-header-footer');
    assert.equal(readFileSync(pdf).subarray(0, 5).toString('latin1'), '%PDF-');
  });
});
