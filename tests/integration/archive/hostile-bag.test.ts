import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { exportTo, importFrom } from '../../helpers/archive-fixture.ts';
import { partsOf, rebag, refusalOf, told } from '../../helpers/hostile-archive.ts';
import { makeProject, scratchFolder } from '../../helpers/ledger-fixture.ts';
import { zipBytes, type ZipPart } from '../../helpers/zip-bytes.ts';

const root = scratchFolder();
const scratch = mkdtempSync(join(root, 'b-'));
let sound: Awaited<ReturnType<typeof partsOf>> = [];

before(async () => {
  await exportTo(await makeProject(root, { 'T-1': 3, 'T-2': 2 }), join(root, 'p.zip'));
  sound = await partsOf(join(root, 'p.zip'));
});

async function refuse(parts: readonly ZipPart[]): Promise<(name: string | null) => string> {
  const problems = await refusalOf(scratch, zipBytes(parts));
  return (name) => told(problems, name);
}

const without = (name: string) => sound.filter((part) => part.name !== `p/${name}`);

/** The sound bag with the text of one file replaced, and nothing else. */
const withText = (name: string, change: (text: string) => string) =>
  sound.map((part) => (part.name === `p/${name}` ? { ...part, data: change(part.data.toString()) } : part));

describe('fault 39: files that are not what the manifests say', () => {
  test('refuses a missing file, naming it', async () => {
    const problem = await refuse(without('data/tasks/T-1/events.jsonl'));
    assert.match(problem('p/data/tasks/T-1/events.jsonl'), /lists it, but it is not there/);
  });

  test('refuses a file besides, naming it', async () => {
    const problem = await refuse([...sound, { name: 'p/data/rejected/x.json', data: '{}' }]);
    assert.match(problem('p/data/rejected/x.json'), /does not list it/);
  });

  test('refuses a tag file besides', async () => {
    const problem = await refuse([...sound, { name: 'p/README', data: 'trust me' }]);
    assert.match(problem('p/README'), /tagmanifest-sha256.txt does not list it/);
  });

  test('refuses another content, naming the file', async () => {
    const problem = await refuse(
      withText('data/tasks/T-2/events.jsonl', (text) => text.replace('Title', 'Other')),
    );
    assert.match(problem('p/data/tasks/T-2/events.jsonl'), /SHA-256 is not the one in manifest-sha256.txt/);
  });

  test('tells all wrong files at once', async () => {
    const changed = withText('data/tasks/T-2/events.jsonl', (text) => text.replace('Title', 'Other'));
    const parts = changed.filter(({ name }) => name !== 'p/data/tasks/T-1/events.jsonl');
    const problem = await refuse([...parts, { name: 'p/data/rejected/x.json', data: '{}' }]);
    assert.match(problem('p/data/tasks/T-1/events.jsonl'), /not there/);
    assert.match(problem('p/data/tasks/T-2/events.jsonl'), /SHA-256/);
    assert.match(problem('p/data/rejected/x.json'), /does not list/);
  });

  test('refuses a changed manifest by the tag manifest', async () => {
    const problem = await refuse(withText('manifest-sha256.txt', (text) => text.toUpperCase()));
    assert.match(problem('p/manifest-sha256.txt'), /SHA-256 is not the one in tagmanifest/);
  });

  test('refuses fetch.txt', async () => {
    const problem = await refuse([...sound, { name: 'p/fetch.txt', data: 'http://127.0.0.1/x 1 data/x\n' }]);
    assert.match(problem('p/fetch.txt'), /elsewhere/);
  });

  test('refuses manifests of other kinds, which nobody compared', async () => {
    const problem = await refuse([
      ...sound,
      { name: 'p/manifest-md5.txt', data: '' },
      { name: 'p/tagmanifest-md5.txt', data: '' },
    ]);
    assert.match(problem('p/manifest-md5.txt'), /unknown kind/);
    assert.match(problem('p/tagmanifest-md5.txt'), /unknown kind/);
  });

  test('refuses a missing or unknown BagIt version', async () => {
    assert.match((await refuse(without('bagit.txt')))('p/bagit.txt'), /is missing/);
    const other = withText('bagit.txt', (text) => text.replace('1.0', '0.97'));
    assert.match((await refuse(other))('p/bagit.txt'), /does not declare BagIt 1.0/);
  });

  test('refuses missing manifests', async () => {
    assert.match((await refuse(without('manifest-sha256.txt')))('p/manifest-sha256.txt'), /missing/);
    assert.match((await refuse(without('tagmanifest-sha256.txt')))('p/tagmanifest-sha256.txt'), /missing/);
  });

  test('refuses manifest lines that are none, or twice', async () => {
    const twice = withText(
      'manifest-sha256.txt',
      (text) => `${text}${text.split('\n')[0] ?? ''}\nnonsense\n`,
    );
    const problem = await refuse(twice);
    assert.match(problem('p/manifest-sha256.txt'), /line 7 is not a digest and a path/);
    assert.match(problem('p/data/events.jsonl'), /lists it twice/);
  });

  test('refuses a tag file that is not UTF-8', async () => {
    const parts = sound.map((part) =>
      part.name === 'p/bag-info.txt' ? { ...part, data: Buffer.from([0xff]) } : part,
    );
    assert.match((await refuse(parts))('p/bag-info.txt'), /UTF-8/);
  });
});

describe('bags that fit together, and yet are no archive of a project', () => {
  const cases: Readonly<Record<string, readonly [path: string, reason: RegExp]>> = {
    'work for the importing daemon': ['data/inbox/evil.json', /no part of a project/],
    'a projection': ['data/tasks/T-1/task_log.md', /no part of a project/],
    'a temporary file': ['data/rejected/.x.tmp', /no part of a project/],
    'a configuration': ['data/reeve.yaml', /no part of a project/],
    'an unknown task': ['data/tasks/T-9/events.jsonl', /does not know its task/],
    'a task that cannot be one': ['data/tasks/-x/events.jsonl', /cannot be that of a task/],
  };
  for (const [what, [path, reason]] of Object.entries(cases)) {
    test(`refuses ${what}`, async () => {
      const problem = await refuse(rebag(sound, (payload) => void (payload[path] = 'x')));
      assert.match(problem(`p/${path}`), reason);
    });
  }

  test('refuses two spellings of one name', async () => {
    const parts = rebag(sound, (payload) => {
      payload['data/rejected/x.json'] = '1';
      payload['data/rejected/=78.json'] = '2';
    });
    assert.match((await refuse(parts))('p/data/rejected/=78.json'), /spells the same name/);
  });

  test('refuses a project without a log', async () => {
    const parts = rebag(sound, (payload) => void Reflect.deleteProperty(payload, 'data/events.jsonl'));
    assert.match((await refuse(parts))('p/data/events.jsonl'), /missing/);
  });

  test('refuses a project log with a line dropped, naming the line', async () => {
    const parts = rebag(sound, (payload) => {
      const lines = (payload['data/events.jsonl'] ?? '').split('\n');
      payload['data/events.jsonl'] = lines.toSpliced(2, 1).join('\n');
    });
    assert.match((await refuse(parts))('p/data/events.jsonl'), /line 4 does not follow/);
  });

  test('refuses a project log whose heads belong to no task', async () => {
    const parts = rebag(sound, (payload) => {
      const path = 'data/events.jsonl';
      payload[path] = (payload[path] ?? '').replace(/("bytes":\d+,[^}]*"log_id":")./, '$1x');
    });
    assert.match((await refuse(parts))('p/data/events.jsonl'), /a head of no known log/);
  });

  test('refuses a task log that is missing or cut below its head', async () => {
    const missing = rebag(
      sound,
      (payload) => void Reflect.deleteProperty(payload, 'data/tasks/T-2/events.jsonl'),
    );
    assert.match((await refuse(missing))('p/data/tasks/T-2/events.jsonl'), /is missing/);
    const cut = rebag(sound, (payload) => {
      const text = payload['data/tasks/T-1/events.jsonl'] ?? '';
      payload['data/tasks/T-1/events.jsonl'] = text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1);
    });
    assert.match((await refuse(cut))('p/data/tasks/T-1/events.jsonl'), /its head is at/);
  });

  test('refuses a description that tells otherwise', async () => {
    const info = (change: (text: string) => string) =>
      rebag(
        sound.map((part) =>
          part.name === 'p/bag-info.txt'
            ? { ...part, data: Buffer.from(change(part.data.toString())) }
            : part,
        ),
      );
    const renamed = await refuse(
      info((text) => text.replace('External-Identifier: p', 'External-Identifier: q')),
    );
    assert.match(renamed('p/bag-info.txt'), /External-Identifier is not p/);
    const older = await refuse(info((text) => text.replace(/Ledger-Head: \d+/, 'Ledger-Head: 1')));
    assert.match(older('p/bag-info.txt'), /Reeve-Ledger-Head/);
    assert.match((await refuse(info(() => 'x: y\n')))('p/bag-info.txt'), /Payload-Oxum/);
  });

  test('refuses a ledger that does not verify, and removes what it unpacked', async () => {
    const parts = rebag(sound, (payload) => {
      const path = 'data/tasks/T-1/events.jsonl';
      payload[path] = (payload[path] ?? '').replace('T-1 0', 'T-1 9');
    });
    const file = join(scratch, 'tampered.zip');
    writeFileSync(file, zipBytes(parts));
    const workflow = join(scratch, 'workflow');
    await assert.rejects(
      importFrom(file, workflow),
      (
        error: Error & {
          details?: { ledger?: { verdict?: string; faults?: readonly { log?: string; seq?: number }[] } };
        },
      ) => {
        assert.match(error.message, /does not verify: TAMPERED/);
        const { log, seq } = error.details?.ledger?.faults?.[0] ?? {};
        assert.deepEqual({ log, seq }, { log: 'tasks/T-1/events.jsonl', seq: 2 });
        return true;
      },
    );
    assert.ok(!existsSync(workflow) || readdirSync(workflow).length === 0);
  });
});
