import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { exportTo } from '../../helpers/archive-fixture.ts';
import { partsOf, refusalOf, told } from '../../helpers/hostile-archive.ts';
import { makeProject, scratchFolder } from '../../helpers/ledger-fixture.ts';
import { zipBytes, type ZipPart } from '../../helpers/zip-bytes.ts';

const root = scratchFolder();
const scratch = mkdtempSync(join(root, 'n-'));
let sound: readonly ZipPart[] = [];

before(async () => {
  await exportTo(await makeProject(root, { 'T-1': 3 }), join(root, 'p.zip'));
  sound = await partsOf(join(root, 'p.zip'));
});

async function refuse(extra: readonly ZipPart[]): Promise<(name: string | null) => string> {
  const problems = await refusalOf(scratch, zipBytes([...sound, ...extra]));
  return (name) => told(problems, name);
}

describe('fault 36: names that leave the folder, or that some system takes for others', () => {
  const cases: Readonly<Record<string, RegExp>> = {
    '../escape': /climbs out/,
    'p/data/../../escape': /climbs out/,
    'p/data/rejected/..': /climbs out/,
    '/etc/passwd': /absolute/,
    'C:/Windows/x': /drive/,
    'c:x': /drive/,
    'p/data\\rejected\\x': /backslash/,
    '..\\..\\x': /backslash/,
    'p/data/rejected/nul\0.json': /invisible/,
    'p/data/rejected/bell\u0007': /invisible/,
    'p/data/rejected/\u202Egpj.exe': /invisible/,
    'p/data/rejected/CON': /device/,
    'p/data/rejected/aux.json': /device/,
    'p/data/Lpt1.x/y': /device/,
    'p/data/rejected/dot.': /ends with a dot/,
    'p/data/rejected/space ': /ends with a dot or a space/,
    'p/data/folder./x': /ends with a dot/,
    'p/data/rejected/a:b': /colon/,
    'p/data//x': /empty part/,
    'p/./data/x': /empty part/,
    'p/data/rejected/what?': /Windows refuses/,
    'p/data/rejected/=2F': /escape/,
    'p/data/rejected/=2E=2E': /escape/,
    'p/data/rejected/=00': /escape/,
    'p/data/rejected/=zz': /escape/,
    'p/data/rejected/=FF': /escape/,
    'loose.txt': /outside the top folder/,
  };
  for (const [name, reason] of Object.entries(cases)) {
    test(`refuses ${JSON.stringify(name)}`, async () => {
      const problem = await refuse([{ name, data: 'x' }]);
      assert.match(problem(name), reason);
    });
  }

  test('tells all bad names at once', async () => {
    const problem = await refuse(Object.keys(cases).map((name) => ({ name, data: 'x' })));
    for (const [name, reason] of Object.entries(cases)) assert.match(problem(name), reason);
  });

  test('refuses names that are too long', async () => {
    const part = `p/data/rejected/${'x'.repeat(256)}`;
    const whole = `p/data/rejected/${'x/'.repeat(9000)}y`;
    const problem = await refuse([{ name: part }, { name: whole }]);
    assert.match(problem(part), /too long/);
    assert.match(problem(whole), /too long/);
  });

  test('refuses names that are not, or not declared to be, UTF-8', async () => {
    const invalid = Buffer.concat([Buffer.from('p/data/rejected/'), Buffer.from([0xff, 0x2e])]);
    const problem = await refuse([
      { name: invalid, data: 'x' },
      { name: 'p/data/rejected/ü', data: 'x', flags: 0 },
    ]);
    assert.match(problem(invalid.toString()), /UTF-8/);
    assert.match(problem('p/data/rejected/ü'), /UTF-8/);
  });

  test('refuses a second top folder, and one that names no project', async () => {
    assert.match((await refuse([{ name: 'q/x', data: 'x' }]))(null), /exactly one top folder/);
    const renamed = sound.map((part) => ({ ...part, name: String(part.name).replace('p/', '.hidden/') }));
    assert.match(told(await refusalOf(scratch, zipBytes(renamed)), null), /named like a project/);
  });
});

describe('fault 37: names that become one file', () => {
  const log = 'p/data/events.jsonl';
  const cases: Readonly<Record<string, readonly [name: string, reason: RegExp]>> = {
    'the same name': [log, /twice/],
    'a name differing in case': ['p/data/EVENTS.jsonl', /case or Unicode form from "p\/data\/events.jsonl"/],
    'a folder differing in case': ['p/Data/x', /case or Unicode form/],
    'a folder of a file': [`${log}/x`, /as a file and as a folder|twice/],
    'a folder entry of a file': [`${log}/`, /as a file and as a folder|twice/],
  };
  for (const [what, [name, reason]] of Object.entries(cases)) {
    test(`refuses ${what}`, async () => {
      const problem = await refuse([{ name, data: name.endsWith('/') ? '' : 'x' }]);
      assert.match(problem(name), reason);
    });
  }

  test('refuses names differing in Unicode form, or in letters that fold together', async () => {
    const problem = await refuse([
      { name: 'p/data/rejected/caf\u00e9', data: '1' },
      { name: 'p/data/rejected/cafe\u0301', data: '2' },
      { name: 'p/data/rejected/stra\u00dfe', data: '3' },
      { name: 'p/data/rejected/STRASSE', data: '4' },
    ]);
    assert.match(problem('p/data/rejected/cafe\u0301'), /Unicode form/);
    assert.match(problem('p/data/rejected/STRASSE'), /case/);
  });

  test('refuses a file where a folder was, in either order', async () => {
    const first = await refuse([
      { name: 'p/data/rejected/a', data: 'x' },
      { name: 'p/data/rejected/a/b', data: 'x' },
    ]);
    assert.match(first('p/data/rejected/a/b'), /twice|folder/);
    const second = await refuse([
      { name: 'p/data/rejected/a/b', data: 'x' },
      { name: 'p/data/rejected/a', data: 'x' },
    ]);
    assert.match(second('p/data/rejected/a'), /folder/);
  });
});
