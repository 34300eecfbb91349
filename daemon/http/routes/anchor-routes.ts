import type { FastifyInstance } from 'fastify';
import { parseBase64 } from '../../../protocol/base64.ts';
import { ReeveError } from '../../../protocol/errors.ts';
import type { Actor } from '../../../protocol/generated/types.ts';
import type { AnchorRecord, Commands } from '../../ports/services.ts';
import { routeSchema } from '../openapi/route-schema.ts';
import { enumOf, ID, objectOf, refTo } from '../openapi/schema-builders.ts';

interface AnchorRequest {
  readonly kind: AnchorRecord['kind'];
  readonly checkpoint: string;
  /** In base64. */
  readonly proof: string;
  readonly actor?: Actor;
}

/** The route by which a token or signature that was made elsewhere comes into a project. */
export function registerAnchorRoutes(app: FastifyInstance, commands: Commands): void {
  app.post<{ Params: { readonly project_id: string }; Body: AnchorRequest }>(
    '/api/v1/projects/:project_id/anchors',
    { schema: recordAnchor },
    async ({ params, body: { actor = { kind: 'tool', id: 'http' }, kind, checkpoint, proof } }, reply) => {
      const record = { kind, checkpoint, proof: decode(proof) };
      reply.code(201);
      return { data: await commands.recordAnchor(params.project_id, record, actor), meta: {} };
    },
  );
}

function decode(proof: string): Uint8Array {
  const bytes = parseBase64(proof);
  if (bytes !== null) return bytes;
  throw new ReeveError('USAGE', 'The proof is not in base64.', {
    details: {
      problems: [{ code: 'REQUEST_INVALID', pointer: '/body/proof', message: 'must be base64 with padding' }],
    },
  });
}

const recordAnchor = routeSchema({
  summary: 'Keep a time-stamp token or a signature over a checkpoint',
  tag: 'write',
  params: { project_id: ID },
  body: objectOf<AnchorRequest>(
    'The signed checkpoint, and what somebody outside says of it.',
    {
      kind: enumOf<AnchorRecord['kind']>({ rfc3161: true, ssh_signature: true }),
      checkpoint: { type: 'string', minLength: 1, maxLength: 16_384 },
      proof: { type: 'string', minLength: 1, maxLength: 43_692, description: 'At most 32 KiB, in base64.' },
      actor: refTo('Actor'),
    },
    ['actor'],
  ),
  answers: { 201: { description: 'Recorded, as this event.', data: refTo('LedgerEvent') } },
});
