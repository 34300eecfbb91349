import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** False, or why a test that needs this program is skipped. */
export function skipWithout(program: string): string | false {
  return spawnSync(program, []).error === undefined ? false : `${program} is not installed`;
}

/** A time-stamping authority of a test's own, with its certificate authority. */
export interface TimeAuthority {
  /** PEM file of the certificate to trust. */
  readonly ca: string;
  /** Answers a query as RFC 3161 says. */
  answer(query: Uint8Array): Promise<Buffer>;
  /** Answers over HTTP on the loopback; gives the address, and the content types that were sent to it. */
  serve(answer?: (query: Buffer) => Promise<Uint8Array>): Promise<{ url: string; types: string[] }>;
}

/** Makes an authority in a folder that vanishes with the test. */
export async function createTimeAuthority(t: TestContext): Promise<TimeAuthority> {
  const folder = await mkdtemp(join(tmpdir(), 'reeve-tsa-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const openssl = (...args: readonly string[]) => run('openssl', [...args], { cwd: folder });
  await writeFile(join(folder, 'tsa.cnf'), CONFIG);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-config', 'tsa.cnf'];
  const ca = ['-x509', '-extensions', 'ca', '-subj', '/CN=Test CA', '-keyout', 'ca.key', '-out', 'ca.pem'];
  await openssl('req', ...key, ...ca, '-days', '2');
  await openssl('req', ...key, '-subj', '/CN=Test Time Stamps', '-keyout', 'tsa.key', '-out', 'tsa.csr');
  const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-set_serial', '2', '-days', '2'];
  const extensions = ['-extfile', 'tsa.cnf', '-extensions', 'tsa_cert'];
  await openssl('x509', '-req', '-in', 'tsa.csr', ...signed, ...extensions, '-out', 'tsa.pem');
  await writeFile(join(folder, 'serial'), '01\n');
  let made = 0;
  const answer = async (query: Uint8Array): Promise<Buffer> => {
    const name = join(folder, String((made += 1)));
    await writeFile(`${name}.tsq`, query);
    await openssl('ts', '-reply', '-queryfile', `${name}.tsq`, '-out', `${name}.tsr`, '-config', 'tsa.cnf');
    return await readFile(`${name}.tsr`);
  };
  return { ca: join(folder, 'ca.pem'), answer, serve: (own = answer) => serve(t, own) };
}

async function serve(
  t: TestContext,
  answer: (query: Buffer) => Promise<Uint8Array>,
): Promise<{ url: string; types: string[] }> {
  const types: string[] = [];
  const server = createServer((request, response) => {
    types.push(request.headers['content-type'] ?? '');
    void readBody(request)
      .then(answer)
      .then((reply) => response.setHeader('content-type', 'application/timestamp-reply').end(reply))
      .catch(() => response.writeHead(500).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/tsa`, types };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const CONFIG = `
[req]
distinguished_name = dn
[dn]
[ca]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign
[tsa_cert]
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = tsa_default
[tsa_default]
serial = serial
signer_cert = tsa.pem
certs = ca.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
tsa_name = yes
ess_cert_id_chain = no
`;
