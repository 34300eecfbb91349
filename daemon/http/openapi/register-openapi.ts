import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { COMPONENT_SCHEMAS } from './component-schemas.ts';

/** Collects every route registered after it into an OpenAPI 3.1 document, served at `/api/v1/openapi.json`. */
export async function registerOpenapi(app: FastifyInstance, version: string): Promise<void> {
  for (const schema of COMPONENT_SCHEMAS) app.addSchema(schema);
  await app.register(swagger, {
    convertConstToEnum: false,
    refResolver: {
      buildLocalReference: ({ $id }, _uri, _fragment, index) => String($id ?? `schema-${index}`),
    },
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Reeve',
        version,
        description: 'The local API of a running Reeve daemon; docs/http-api.md says what a schema cannot.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      tags: [
        { name: 'read', description: 'Projections of the ledger.' },
        { name: 'write', description: 'Requests that end as ledger events.' },
        { name: 'daemon', description: 'The process itself.' },
      ],
      security: [{ token: [] }],
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    },
  });
  app.get('/api/v1/openapi.json', { schema: { hide: true } }, () => app.swagger());
}
