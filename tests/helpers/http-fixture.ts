import type { TestContext } from 'node:test';
import { pino } from 'pino';
import { createHttpServer } from '../../daemon/http/create-http-server.ts';
import type { HttpServer } from '../../daemon/http/create-http-server.ts';
import type { HttpLimits } from '../../daemon/http/http-limits.ts';
import { createFakeServices } from './fake-services.ts';
import type { FakeServices } from './fake-services.ts';

export const TOKEN = '5'.repeat(64);

/** A listening HTTP edge over fake services, closed when the test ends. */
export interface HttpFixture {
  readonly services: FakeServices;
  readonly server: HttpServer;
  readonly url: string;
  readonly port: number;
  /** Every line the server logged. */
  readonly logged: string[];
  /** Fetches a path with the token; headers given replace the defaults. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  postJson(path: string, body: unknown): Promise<Response>;
}

export async function startHttp(t: TestContext, limits: Partial<HttpLimits> = {}): Promise<HttpFixture> {
  const services = createFakeServices();
  const logged: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) });
  const server = createHttpServer({ services, token: TOKEN, log, version: '1.2.3', limits });
  const { url, port } = await server.listen(0);
  t.after(() => server.close());
  const request = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${url}${path}`, { ...init, headers: { authorization: `Bearer ${TOKEN}`, ...headersOf(init) } });
  return {
    services,
    server,
    url,
    port,
    logged,
    fetch: request,
    postJson: (path, body) =>
      request(path, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
  };
}

function headersOf(init: RequestInit): Record<string, string> {
  return Object.fromEntries(new Headers(init.headers).entries());
}

/** A body as the shape the test expects; a member that is not there fails the assertion that reads it. */
export async function readJson<T>(response: Response): Promise<T> {
  return (await response.json()) as T;
}
