import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { ERROR_CODES } from '../../../protocol/errors.ts';
import { STATUS_OF } from '../../../daemon/http/status-of.ts';
import { COMPONENT_SCHEMAS } from '../../../daemon/http/openapi/component-schemas.ts';
import { FINAL_STATUS, TASK_STATUS } from '../../../daemon/http/openapi/task-schemas.ts';
import { readJson, startHttp } from '../../helpers/http-fixture.ts';
import type { HttpFixture } from '../../helpers/http-fixture.ts';

type Json = Record<string, unknown>;

interface Exchange {
  readonly method: string;
  readonly route: string;
  readonly path: string;
  readonly status: number;
  readonly body?: unknown;
  readonly accept?: string;
  readonly before?: (http: HttpFixture) => void;
}

const ATTEMPT = {
  run_id: 'T1_run1',
  step_id: 'S1',
  result: 'PASS',
  controller_verdict: null,
  reason_code: 'PASS_ALL_CRITERIA',
  reason_detail: '',
  files_changed: [],
};
const TASK = '/api/v1/projects/{project_id}/tasks/{task_id}';
const A_TASK = '/api/v1/projects/default/tasks/T1';
const duplicate = ({ services }: HttpFixture): void =>
  services.override({
    submitPack: async (request) => ({
      outcome: 'duplicate',
      project_id: request.projectId,
      task_id: null,
      run_id: null,
      step_id: null,
      pack_sha256: '0'.repeat(64),
      problems: [],
      warnings: [{ code: 'W', pointer: '', message: 'm', hint: 'h' }],
      kept_as: null,
    }),
  });

/** One request for every answer the document promises, and one for the problem every route may answer. */
const EXCHANGES: readonly Exchange[] = [
  { method: 'get', route: '/healthz', path: '/healthz', status: 200 },
  { method: 'get', route: '/readyz', path: '/readyz', status: 200 },
  {
    method: 'get',
    route: '/readyz',
    path: '/readyz',
    status: 503,
    before: ({ services }) => services.setReady(false, ['x']),
  },
  { method: 'get', route: '/api/v1/projects', path: '/api/v1/projects', status: 200 },
  { method: 'get', route: '/api/v1/tasks', path: '/api/v1/tasks?limit=1', status: 200 },
  { method: 'get', route: '/api/v1/tasks', path: '/api/v1/tasks?limit=0', status: 400 },
  { method: 'get', route: '/api/v1/tasks/{task_id}', path: '/api/v1/tasks/T1', status: 200 },
  { method: 'get', route: '/api/v1/tasks/{task_id}', path: '/api/v1/tasks/T9', status: 404 },
  { method: 'get', route: '/api/v1/tasks/{task_id}/events', path: '/api/v1/tasks/T1/events', status: 200 },
  {
    method: 'get',
    route: '/api/v1/tasks/{task_id}/events',
    path: '/api/v1/tasks/T1/events',
    status: 200,
    accept: 'application/x-ndjson',
  },
  { method: 'get', route: '/api/v1/running', path: '/api/v1/running', status: 200 },
  { method: 'get', route: '/api/v1/events', path: '/api/v1/events?follow=false', status: 200 },
  { method: 'post', route: '/api/v1/packs', path: '/api/v1/packs?project=p', status: 202, body: {} },
  {
    method: 'post',
    route: '/api/v1/packs',
    path: '/api/v1/packs?project=p',
    status: 200,
    body: {},
    before: duplicate,
  },
  { method: 'post', route: '/api/v1/packs', path: '/api/v1/packs?project=..', status: 400, body: {} },
  { method: 'post', route: `${TASK}/attempts`, path: `${A_TASK}/attempts`, status: 201, body: ATTEMPT },
  {
    method: 'post',
    route: `${TASK}/close`,
    path: `${A_TASK}/close`,
    status: 200,
    body: { final_status: 'accepted', detail: '' },
  },
  { method: 'post', route: `${TASK}/retry`, path: `${A_TASK}/retry`, status: 200, body: { reason: 'r' } },
  {
    method: 'post',
    route: '/api/v1/projects/{project_id}/anchors',
    path: '/api/v1/projects/p/anchors',
    status: 201,
    body: { kind: 'rfc3161', checkpoint: 'c', proof: 'AAAA' },
  },
  {
    method: 'post',
    route: '/api/v1/exports',
    path: '/api/v1/exports',
    status: 201,
    body: { project_id: 'p', file: '/x.zip' },
  },
  {
    method: 'post',
    route: '/api/v1/imports',
    path: '/api/v1/imports',
    status: 200,
    body: { file: '/x.zip' },
  },
  {
    method: 'post',
    route: '/api/v1/imports',
    path: '/api/v1/imports',
    status: 201,
    body: { file: '/x.zip', as: 'q' },
  },
  { method: 'post', route: '/api/v1/rebuild', path: '/api/v1/rebuild', status: 200 },
  { method: 'post', route: '/api/v1/stop', path: '/api/v1/stop', status: 202, body: {} },
];

test('serves a valid OpenAPI 3.1 document', async (t) => {
  const http = await startHttp(t);
  const document = await readJson<Json>(await http.fetch('/api/v1/openapi.json'));
  assert.equal(document['openapi'], '3.1.0');
  const validator = new Validator();
  const outcome = await validator.validate(document);
  assert.deepEqual(outcome.errors ?? [], []);
  assert.equal(validator.version, '3.1');
});

test('gives every answer its document promises, and none that it does not', async (t) => {
  const reference = await startHttp(t);
  const document = await readJson<Json>(await reference.fetch('/api/v1/openapi.json'));
  // OpenAPI's own keywords stand beside the schemas.
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  ajv.addSchema({ ...document, $id: 'api' });
  const answered = new Set<string>();
  for (const exchange of EXCHANGES) answered.add(await check(ajv, document, await startHttp(t), exchange));
  assert.deepEqual(
    promised(document).sort(),
    [...answered].filter((key) => !key.includes(' default ')).sort(),
  );
});

async function check(ajv: Ajv2020, document: Json, http: HttpFixture, exchange: Exchange): Promise<string> {
  http.services.addTask('T1', 'running');
  http.services.announce('T1');
  exchange.before?.(http);
  const response = await http.fetch(exchange.path, {
    method: exchange.method.toUpperCase(),
    headers: {
      ...(exchange.accept === undefined ? {} : { accept: exchange.accept }),
      ...(exchange.body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(exchange.body === undefined ? {} : { body: JSON.stringify(exchange.body) }),
  });
  const text = await response.text();
  assert.equal(response.status, exchange.status, `${exchange.method} ${exchange.path}: ${text}`);
  const type = (response.headers.get('content-type') ?? '').split(';')[0] ?? '';
  const steps = ['paths', exchange.route, exchange.method, 'responses', String(exchange.status)];
  const status = at(document, steps) === undefined ? 'default' : String(exchange.status);
  const pointer = [...steps.slice(0, -1), status, 'content', type, 'schema'];
  assert.ok(at(document, pointer), `${pointer.join(' ')} is not promised`);
  const validate = ajv.compile({ $ref: `api#${pointer.map((step) => `/${escape(step)}`).join('')}` });
  const value: unknown = type.endsWith('json') && type !== 'application/x-ndjson' ? JSON.parse(text) : text;
  assert.ok(validate(value), JSON.stringify(validate.errors));
  return `${exchange.method} ${exchange.route} ${status} ${type}`;
}

function promised(document: Json): string[] {
  return operationsOf(document).flatMap(({ name, responses }) =>
    Object.entries(responses)
      .filter(([status]) => status !== 'default')
      .flatMap(([status, { content }]) => Object.keys(content).map((type) => `${name} ${status} ${type}`)),
  );
}

interface Operation {
  readonly name: string;
  readonly responses: Readonly<Record<string, { readonly content: Json }>>;
}

function operationsOf(document: Json): Operation[] {
  const paths = document['paths'] as Record<string, Record<string, Omit<Operation, 'name'>>>;
  return Object.entries(paths).flatMap(([route, methods]) =>
    Object.entries(methods).map(([method, { responses }]) => ({ name: `${method} ${route}`, responses })),
  );
}

function at(document: unknown, steps: readonly string[]): unknown {
  return steps.reduce((value, step) => (value as Json | undefined)?.[step], document);
}

function escape(step: string): string {
  return encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'));
}

test('every schema of the API is a JSON Schema 2020-12', () => {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, validateFormats: false });
  for (const schema of COMPONENT_SCHEMAS) ajv.addSchema(schema);
  for (const { $id } of COMPONENT_SCHEMAS) assert.ok(ajv.getSchema($id), $id);
});

test('marks the two open routes, and only them, as needing no token', async (t) => {
  const http = await startHttp(t);
  const document = await readJson<Json>(await http.fetch('/api/v1/openapi.json'));
  const open = Object.entries(document['paths'] as Record<string, Record<string, Json>>)
    .filter(([, { get }]) => Array.isArray(get?.['security']) && get['security'].length === 0)
    .map(([path]) => path);
  assert.deepEqual(open.sort(), ['/healthz', '/readyz']);
  assert.deepEqual(document['security'], [{ token: [] }]);
});

test('names the same statuses as the protocol’s schemas, and events of the same shape', async () => {
  const read = async (name: string) =>
    JSON.parse(await readFile(new URL(`../../../schemas/${name}`, import.meta.url), 'utf8'));
  const { $defs } = await read('common.schema.json');
  assert.deepEqual(TASK_STATUS['enum'], $defs.TaskStatus.enum);
  assert.deepEqual(FINAL_STATUS['enum'], $defs.FinalStatus.enum);
  const { ANSWER_SCHEMAS } = await import('../../../daemon/http/openapi/answer-schemas.ts');
  const envelope = await read('event.schema.json');
  assert.deepEqual(ANSWER_SCHEMAS.LedgerEvent['required'], envelope.required);
  assert.deepEqual(
    Object.keys(ANSWER_SCHEMAS.LedgerEvent['properties'] as Json).sort(),
    Object.keys(envelope.properties).sort(),
  );
});

test('docs/http-api.md lists every code at its status, and no other', async () => {
  const page = await readFile(new URL('../../../docs/http-api.md', import.meta.url), 'utf8');
  const section = page.slice(page.indexOf('### Codes and statuses'), page.indexOf('## Routes'));
  const documented = new Map<string, number>();
  for (const [, status, codes] of section.matchAll(/^\| +(\d{3}) +\| (.+) \|$/gm)) {
    for (const [, code] of codes?.matchAll(/`([A-Z_]+)`/g) ?? []) documented.set(code ?? '', Number(status));
  }
  for (const [, code, status] of section.matchAll(/^\| `([A-Z_]+)` +\| (\d{3}) /gm)) {
    documented.set(code ?? '', Number(status));
  }
  assert.deepEqual(
    Object.fromEntries([...documented].sort()),
    Object.fromEntries(Object.entries(STATUS_OF).sort()),
  );
  assert.ok(ERROR_CODES.every((code) => documented.has(code)));
});

test('docs/http-api.md lists every route', async (t) => {
  const http = await startHttp(t);
  const document = await readJson<Json>(await http.fetch('/api/v1/openapi.json'));
  const page = await readFile(new URL('../../../docs/http-api.md', import.meta.url), 'utf8');
  const listed = [...page.matchAll(/^\| `(GET|POST) ([^?`]+)/gm)].map(
    ([, method, path]) => `${method} ${path}`,
  );
  const served = Object.entries(document['paths'] as Record<string, Json>).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  assert.deepEqual(listed.sort(), served.sort());
});
