import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import type { ReportedAttempt } from '../../../daemon/ports/services.ts';
import { createHttpClient, isAlive } from '../../../daemon/http/client.ts';
import { ReeveError } from '../../../protocol/errors.ts';
import { startHttp, TOKEN } from '../../helpers/http-fixture.ts';

const PACK = {
  bytes: Buffer.from('{"a": 1}\n'),
  name: 'a pack.json',
  projectId: 'shop',
  source: 'cli',
} as const;
const PERSON = { kind: 'person', id: 'someone' } as const;

describe('the HTTP client', () => {
  it('hands in a pack byte for byte, with the project, name and worker it was given', async (t) => {
    const { services, url } = await startHttp(t);
    let received: unknown;
    services.override({
      submitPack: async (request) => {
        received = { ...request, bytes: Buffer.from(request.bytes).toString() };
        return { ...REFUSED, outcome: 'accepted', task_id: 'T-1', problems: [] };
      },
    });
    const answer = await createHttpClient({ url, token: TOKEN }).submitPack({ ...PACK, worker: 'fix' });
    assert.equal(answer.task_id, 'T-1');
    const expected = {
      bytes: '{"a": 1}\n',
      name: 'a pack.json',
      projectId: 'shop',
      source: 'http',
      worker: 'fix',
    };
    assert.deepEqual(received, expected);
  });

  it('takes a refusal as an answer, with every problem', async (t) => {
    const { services, url } = await startHttp(t);
    services.override({ submitPack: async () => REFUSED });
    assert.deepEqual(await createHttpClient({ url, token: TOKEN }).submitPack(PACK), REFUSED);
  });

  it('names a file without its path', async (t) => {
    const { services, url } = await startHttp(t);
    let name = '';
    services.override({
      submitPack: async (request) => {
        ({ name } = request);
        return REFUSED;
      },
    });
    await createHttpClient({ url, token: TOKEN }).submitPack({ ...PACK, name: '../x\n/y.json' });
    assert.equal(name, '.._x__y.json');
  });

  it('throws the error of the daemon with its code, message and hint', async (t) => {
    const { services, url } = await startHttp(t);
    services.override({
      closeTask: async () => {
        throw new ReeveError('TASK_CLOSED', 'It is closed.', { hint: 'Open another.' });
      },
    });
    const close = createHttpClient({ url, token: TOKEN }).closeTask(
      'shop',
      'T-1',
      { final_status: 'rejected', detail: '' },
      PERSON,
    );
    await assert.rejects(close, { code: 'TASK_CLOSED', message: 'It is closed.', hint: 'Open another.' });
  });

  it('reaches every other verb', async (t) => {
    const { services, url } = await startHttp(t);
    const client = createHttpClient({ url, token: TOKEN });
    const attempt: ReportedAttempt = {
      run_id: 'T-1_x',
      step_id: 'S1',
      result: 'PASS',
      controller_verdict: null,
      reason_code: 'PASS_ALL_CRITERIA',
      reason_detail: '',
      files_changed: [],
    };
    assert.equal((await client.reportAttempt('shop', 'T-1', attempt, PERSON)).task_id, 'T-1');
    assert.equal((await client.retryTask('shop', 'T-1', 'again', PERSON)).project_id, 'shop');
    const archive = { projectId: 'shop', file: '/tmp/x.zip', overwrite: true };
    assert.equal((await client.exportArchive(archive)).archive, '/tmp/x.zip');
    assert.equal((await client.importArchive({ file: '/tmp/x.zip', as: 'copy' })).project_id, 'copy');
    assert.ok((await client.rebuild()).projects >= 0);
    assert.deepEqual(await client.running(), services.running());
    let reason = '';
    services.stop = (given) => void (reason = given);
    await client.stop();
    assert.notEqual(reason, undefined);
  });

  it('says that the daemon is unreachable when nothing answers or the token is wrong', async (t) => {
    const { url, server } = await startHttp(t);
    const wrong = createHttpClient({ url, token: 'f'.repeat(64) }).rebuild();
    await assert.rejects(wrong, { code: 'DAEMON_UNREACHABLE' });
    assert.equal(await isAlive(url, 2_000), true);
    await server.close();
    assert.equal(await isAlive(url, 2_000), false);
    await assert.rejects(createHttpClient({ url, token: TOKEN }).rebuild(), { code: 'DAEMON_UNREACHABLE' });
  });

  it('never follows a redirect, which would carry the token away', async (t) => {
    const server = createServer((_, response) =>
      response.writeHead(307, { location: 'http://127.0.0.1:9/' }).end(),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.after(() => server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await assert.rejects(createHttpClient({ url, token: TOKEN }).rebuild(), { code: 'DAEMON_UNREACHABLE' });
  });
});

const REFUSED = {
  outcome: 'refused',
  project_id: 'shop',
  task_id: null,
  run_id: null,
  step_id: null,
  pack_sha256: 'a'.repeat(64),
  problems: [{ code: 'MISSING', pointer: '/task_id', message: 'It is absent.', hint: 'Add it.' }],
  warnings: [],
  kept_as: 'shop/rejected/x.json',
} as const;
