import { isAbsolute } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { ReeveError } from '../../../protocol/errors.ts';
import type { Commands } from '../../ports/services.ts';
import { routeSchema } from '../openapi/route-schema.ts';
import { FLAG, ID, nullable, objectOf, refTo } from '../openapi/schema-builders.ts';

interface ExportRequest {
  readonly project_id: string;
  readonly file: string;
  readonly overwrite?: boolean;
}

interface ImportRequest {
  readonly file: string;
  readonly as?: string | null;
}

/** Routes that write an archive to, and read one from, a file of this machine. */
export function registerArchiveRoutes(app: FastifyInstance, commands: Commands): void {
  app.post<{ Body: ExportRequest }>('/api/v1/exports', { schema: exportArchive }, async ({ body }, reply) => {
    assertAbsolute(body.file);
    const { project_id: projectId, file, overwrite = false } = body;
    const data = await commands.exportArchive({ projectId, file, overwrite });
    return reply.code(201).send({ data, meta: {} });
  });

  app.post<{ Body: ImportRequest }>('/api/v1/imports', { schema: importArchive }, async ({ body }, reply) => {
    assertAbsolute(body.file);
    const data = await commands.importArchive({ file: body.file, as: body.as ?? null });
    return reply.code(data.outcome === 'imported' ? 201 : 200).send({ data, meta: {} });
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
  body: objectOf<ExportRequest>('What to export, and where to.', { project_id: ID, file, overwrite: FLAG }, [
    'overwrite',
  ]),
  answers: { 201: { description: 'Written.', data: refTo('ExportAnswer') } },
});

const importArchive = routeSchema({
  summary: 'Import an archive',
  tag: 'write',
  body: objectOf<ImportRequest>('What to import, and as which project.', { file, as: nullable(ID) }, ['as']),
  answers: {
    200: { description: 'The project was already here, byte for byte.', data: refTo('ImportAnswer') },
    201: { description: 'Imported.', data: refTo('ImportAnswer') },
  },
});
