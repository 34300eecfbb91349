import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ReeveError } from '../../protocol/errors.ts';
import { readSmallFile } from '../../daemon/anchors/read-small-file.ts';
import {
  createTimestampQuery,
  readTimestamp,
  verifyTimestamp,
  type Timestamp,
} from '../../daemon/anchors/timestamp.ts';
import { toActor } from '../actor.ts';
import type { Answer, Context } from '../context.ts';
import { usage } from '../options.ts';
import { withCommands } from '../services.ts';
import { newestCheckpoint } from './newest-checkpoint.ts';
import { requestTimestamp } from './request-timestamp.ts';

/**
 * `reeve anchor tsa`: has the newest checkpoint stamped by a time-stamping authority (RFC 3161).
 *
 * `--url` asks the authority at once. `--query FILE` only writes the query, with the checkpoint beside it, to be
 * carried to a machine with a network; `--query FILE --reply FILE` takes in what came back.
 */
export async function timeStamp(context: Context): Promise<Answer> {
  const { host, options } = context;
  const [url, query, reply] = [options.text('url'), options.text('query'), options.text('reply')];
  if (url !== undefined && query === undefined && reply === undefined) return await askNow(context, url);
  if (url !== undefined || query === undefined) {
    throw usage('Give either --url URL, or --query FILE, and then --query FILE --reply FILE.');
  }
  const queryFile = resolve(host.cwd, query);
  if (reply === undefined) return await writeQuery(context, queryFile);
  const checkpoint = await readFile(`${queryFile}.checkpoint`, 'utf8').catch((cause: unknown) => {
    throw new ReeveError('NOT_FOUND', `${queryFile}.checkpoint cannot be read.`, {
      hint: 'It was written beside the query: bring both back.',
      cause,
    });
  });
  return await takeReply(context, { checkpoint, queryFile, file: resolve(host.cwd, reply) });
}

async function askNow(context: Context, url: string): Promise<Answer> {
  const { text: checkpoint } = await newestCheckpoint(context);
  const folder = await mkdtemp(join(tmpdir(), 'reeve-tsa-'));
  try {
    const data = Buffer.from(checkpoint);
    const query = await createTimestampQuery(data, { cwd: folder, env: context.host.env });
    const [queryFile, file] = [join(folder, 'query.tsq'), join(folder, 'reply.tsr')];
    await writeFile(queryFile, query);
    await writeFile(file, await requestTimestamp(url, query, context.host.signal));
    return await takeReply(context, { checkpoint, queryFile, file });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeQuery(context: Context, queryFile: string): Promise<Answer> {
  const { text, size } = await newestCheckpoint(context);
  const { host, paint } = context;
  const query = await createTimestampQuery(Buffer.from(text), { cwd: host.cwd, env: host.env });
  await writeNew(`${queryFile}.checkpoint`, text);
  await writeNew(queryFile, query);
  return {
    data: { query: queryFile, checkpoint: `${queryFile}.checkpoint`, size },
    text: () => [
      `${paint.green('✓')} query about ${size} lines written to ${paint.safe(queryFile)}, with the checkpoint beside it`,
      'Where there is a network:',
      '  curl --data-binary @QUERY -H "Content-Type: application/timestamp-query" URL > REPLY',
      'and here again: reeve anchor tsa --query QUERY --reply REPLY',
    ],
  };
}

/** A query that waits for its reply is not overwritten: the reply would fit nothing any more. */
async function writeNew(file: string, content: string | Uint8Array): Promise<void> {
  await writeFile(file, content, { flag: 'wx' }).catch((cause: unknown) => {
    const isThere = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
    throw new ReeveError(isThere ? 'CONFLICT' : 'IO_FAILED', `${file} cannot be written.`, {
      hint: isThere ? 'It is there already; choose another name.' : 'Check the path and its permissions.',
      cause,
    });
  });
}

/** A response about a checkpoint, in files. */
interface Reply {
  readonly checkpoint: string;
  readonly queryFile: string;
  readonly file: string;
}

async function takeReply(context: Context, reply: Reply): Promise<Answer> {
  const { paint } = context;
  const { project: projectId } = await context.config();
  const content = await readSmallFile(reply.file, { maxBytes: MAX_REPLY_BYTES, isOwn: false });
  if ('problem' in content) throw usage(`${reply.file} ${content.problem}.`);
  const { stamp, isTrusted } = await checkReply(context, reply);
  const record = { kind: 'rfc3161', checkpoint: reply.checkpoint, proof: content.bytes } as const;
  const event = await withCommands(context, (commands) => {
    return commands.recordAnchor(projectId, record, toActor(undefined));
  });
  return {
    data: { event, time: stamp.time, authority: stamp.authority, verified: isTrusted },
    text: () => [
      `${paint.green('✓')} stamped ${stamp.time} by ${paint.safe(stamp.authority)} (event ${event.seq})`,
      ...(isTrusted ? [] : ['  The authority was not checked: give its certificates with --tsa-ca FILE.']),
      'Check it with: reeve verify --tsa-ca FILE',
    ],
  };
}

const MAX_REPLY_BYTES = 32_768;

async function checkReply(
  { host, options }: Context,
  { checkpoint, queryFile, file }: Reply,
): Promise<{ readonly stamp: Timestamp; readonly isTrusted: boolean }> {
  const ca = options.text('tsaCa');
  const response = { file, data: Buffer.from(checkpoint), env: host.env };
  const stamp =
    ca === undefined
      ? await readTimestamp(response)
      : await verifyTimestamp({ ...response, queryFile, tsaCa: resolve(host.cwd, ca) });
  if (!('problem' in stamp)) return { stamp, isTrusted: ca !== undefined };
  throw new ReeveError('PROOF_INVALID', `The time stamp counts for nothing: ${stamp.problem}.`, {
    hint: 'Nothing was recorded. Check --tsa-ca, or ask another authority.',
  });
}
