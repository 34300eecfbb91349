import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { DaemonServices, SubmitAnswer } from '../../ports/services.ts';
import type { HttpLimits } from '../http-limits.ts';
import { createIdempotencyKeys } from '../idempotency.ts';
import { routeSchema } from '../openapi/route-schema.ts';
import { ID, refTo } from '../openapi/schema-builders.ts';
import { problemDocument } from '../problem-document.ts';
import { sendProblem } from '../send-problem.ts';

interface SubmitPack {
  readonly Querystring: { readonly project?: string; readonly name: string; readonly worker?: string };
  readonly Headers: { readonly 'idempotency-key'?: string };
  readonly Body: Buffer;
}

/** The route that submits a pack: its body is the file, byte for byte, so that digests mean the same everywhere. */
export function registerPackRoutes(
  app: FastifyInstance,
  { commands, defaultProject }: Pick<DaemonServices, 'commands' | 'defaultProject'>,
  limits: Pick<HttpLimits, 'packBytes' | 'idempotencyKeys'>,
): void {
  const keys = createIdempotencyKeys<SubmitAnswer>(limits.idempotencyKeys);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  );

  app.post<SubmitPack>(
    '/api/v1/packs',
    { schema: submitPack, bodyLimit: limits.packBytes, attachValidation: false },
    async ({ query, headers, body }, reply) => {
      const { project: projectId = defaultProject, name, worker } = query;
      const request = { bytes: body, name, projectId, source: 'http' as const };
      const submit = () => commands.submitPack(worker === undefined ? request : { ...request, worker });
      const key = headers['idempotency-key'];
      if (key === undefined) return answer(reply, await submit());
      const kept = await keys.once(key, fingerprint(query, body), submit);
      if (kept.replayed) reply.header('idempotency-replayed', 'true');
      return answer(reply, kept.answer);
    },
  );
}

function fingerprint(query: SubmitPack['Querystring'], body: Buffer): string {
  const request = JSON.stringify([query.project ?? null, query.name, query.worker ?? null]);
  return createHash('sha256').update(request).update('\0').update(body).digest('hex');
}

function answer(reply: FastifyReply, submitted: SubmitAnswer): FastifyReply {
  if (submitted.outcome !== 'refused') {
    return reply.code(submitted.outcome === 'accepted' ? 202 : 200).send({ data: submitted, meta: {} });
  }
  const { problems } = submitted;
  const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
  const document = problemDocument('PACK_INVALID', `The pack is refused for ${count}.`, { problems });
  return sendProblem(reply, { ...document, answer: submitted });
}

const submitPack = routeSchema({
  summary: 'Submit a pack',
  tag: 'write',
  query: {
    project: ID,
    name: {
      type: 'string',
      minLength: 1,
      maxLength: 255,
      pattern: '^[^\\u0000-\\u001f\\u007f/\\\\]+$',
      default: 'pack.json',
    },
    worker: { type: 'string', minLength: 1, maxLength: 128 },
  },
  headers: {
    'idempotency-key': { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\u0021-\\u007e]+$' },
  },
  answers: {
    200: { description: 'The same bytes were accepted before.', data: refTo('SubmitAnswer') },
    202: { description: 'Accepted; work is owed.', data: refTo('SubmitAnswer') },
  },
});
