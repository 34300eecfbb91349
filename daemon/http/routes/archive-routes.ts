import { isAbsolute } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { ReeveError } from '../../../protocol/errors.ts';
import type { Commands } from '../../ports/services.ts';
import { routeSchema } from '../openapi/route-schema.ts';
import { arrayOf, FLAG, ID, nullable, objectOf, refTo, TIME } from '../openapi/schema-builders.ts';

interface ExportRequest {
  readonly project_id: string;
  readonly file: string;
  readonly overwrite?: boolean;
  readonly tasks?: readonly string[] | null;
  readonly since?: string | null;
  readonly redact?: readonly string[];
}

interface ImportRequest {
  readonly file: string;
  readonly as?: string | null;
  readonly fast_forward?: boolean;
}

/** Routes that write an archive to, and read one from, a file of this machine. */
export function registerArchiveRoutes(app: FastifyInstance, commands: Commands): void {
  app.post<{ Body: ExportRequest }>('/api/v1/exports', { schema: exportArchive }, async ({ body }, reply) => {
    assertAbsolute(body.file);
    const { project_id: projectId, overwrite = false, ...rest } = body;
    const leaving = new AbortController();
    // A client that has gone away wants no archive.
    reply.raw.once('close', () => leaving.abort());
    const data = await commands.exportArchive({ projectId, overwrite, ...rest }, { signal: leaving.signal });
    return reply.code(201).send({ data, meta: {} });
  });

  app.post<{ Body: ImportRequest }>('/api/v1/imports', { schema: importArchive }, async ({ body }, reply) => {
    assertAbsolute(body.file);
    const { file, as = null, fast_forward: fastForward = false } = body;
    const data = await commands.importArchive({ file, as, fastForward });
    return reply.code(data.outcome === 'identical' ? 200 : 201).send({ data, meta: {} });
  });
}

/** The daemon's working folder is not the client's: a relative path would name another file than was meant. */
function assertAbsolute(file: string): void {
  if (isAbsolute(file)) return;
  throw new ReeveError('USAGE', 'The file must be given as an absolute path.', {
    hint: 'The daemon may run in another folder than the client.',
    details: {
      problems: [{ code: 'REQUEST_INVALID', pointer: '/body/file', message: 'must be an absolute path' }],
    },
  });
}

const file = { type: 'string', minLength: 1, maxLength: 4096, pattern: '^[^\\u0000]+$' };

const exportArchive = routeSchema({
  summary: 'Export a project as an archive',
  tag: 'write',
  body: objectOf<ExportRequest>(
    'What to export, and where to.',
    {
      project_id: ID,
      file,
      overwrite: FLAG,
      tasks: nullable({ ...arrayOf(ID), minItems: 1, maxItems: 10_000 }),
      since: nullable(TIME),
      redact: { ...arrayOf({ type: 'string', minLength: 1, maxLength: 2048 }), maxItems: 1000 },
    },
    ['overwrite', 'tasks', 'since', 'redact'],
  ),
  answers: { 201: { description: 'Written.', data: refTo('ExportAnswer') } },
});

const importArchive = routeSchema({
  summary: 'Import an archive',
  tag: 'write',
  body: objectOf<ImportRequest>(
    'What to import, and as which project. A project that the daemon has open is not brought forward.',
    { file, as: nullable(ID), fast_forward: FLAG },
    ['as', 'fast_forward'],
  ),
  answers: {
    200: { description: 'The project was already here, byte for byte.', data: refTo('ImportAnswer') },
    201: { description: 'Imported.', data: refTo('ImportAnswer') },
  },
});
