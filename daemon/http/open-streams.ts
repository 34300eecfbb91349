import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import type { HttpLimits } from './http-limits.ts';

/** One long answer written chunk by chunk. */
export interface StreamedAnswer {
  readonly contentType: string;
  /** What is written at once, before the first chunk; empty for nothing. */
  readonly preamble: string;
  /** Written while there is nothing else; null for streams that are never idle. */
  readonly heartbeat: string | null;
  /** The chunks; the signal aborts when the client has gone or the server closes. */
  readonly chunks: (signal: AbortSignal) => AsyncIterable<string>;
  /** What to say before ending when `chunks` throws; without it the connection is cut, so that the client notices. */
  readonly lastWords?: (error: unknown) => string;
}

/** The streams open now; each is bounded in memory by what its socket buffers. */
export interface OpenStreams {
  readonly isFull: () => boolean;
  /** Takes the reply over; resolves when the stream has ended, for whatever reason. */
  send(reply: FastifyReply, answer: StreamedAnswer): Promise<void>;
  /** Ends every stream. */
  close(): void;
}

/** Creates the keeper of open streams. */
export function createOpenStreams(
  limits: Pick<HttpLimits, 'streams' | 'stallMs' | 'heartbeatMs'>,
): OpenStreams {
  const open = new Set<AbortController>();

  async function send(reply: FastifyReply, answer: StreamedAnswer): Promise<void> {
    const { raw } = reply;
    const controller = new AbortController();
    open.add(controller);
    raw.on('close', () => controller.abort());
    // A write that loses the race with a disconnect fails here; the close event is all there is to do about it.
    raw.on('error', (error) => reply.log.debug({ err: error }, 'stream failed'));
    reply.hijack();
    raw.writeHead(200, { ...headersOf(reply), 'content-type': answer.contentType });
    raw.flushHeaders();
    if (answer.preamble !== '') raw.write(answer.preamble);
    const stopHeartbeat = startHeartbeat(raw, answer.heartbeat, limits.heartbeatMs);
    try {
      const isWhole = await pump(raw, answer.chunks(controller.signal), controller.signal, limits.stallMs);
      if (!isWhole) reply.log.debug('stream ended early: its client left or stalled, or the server closes');
    } catch (error) {
      reply.log.error({ err: error }, 'stream cut short');
      if (answer.lastWords === undefined) raw.destroy();
      else raw.end(answer.lastWords(error));
    } finally {
      stopHeartbeat();
      open.delete(controller);
    }
  }

  return {
    isFull: () => open.size >= limits.streams,
    send,
    close() {
      for (const controller of open) controller.abort();
    },
  };
}

function headersOf(reply: FastifyReply): Record<string, string | number | string[]> {
  const headers: Record<string, string | number | string[]> = {};
  for (const [name, value] of Object.entries(reply.getHeaders()))
    if (value !== undefined) headers[name] = value;
  return headers;
}

function startHeartbeat(raw: ServerResponse, text: string | null, everyMs: number): () => void {
  if (text === null) return () => {};
  const timer = setInterval(() => {
    if (!raw.writableNeedDrain && !raw.writableEnded) raw.write(text);
  }, everyMs);
  return () => clearInterval(timer);
}

/**
 * Writes at the reader's pace; false when the answer was cut rather than ended: the reader stalled or left, or the
 * server closes.
 */
async function pump(
  raw: ServerResponse,
  chunks: AsyncIterable<string>,
  signal: AbortSignal,
  stallMs: number,
): Promise<boolean> {
  for await (const chunk of chunks) {
    const isTaken = !signal.aborted && (raw.write(chunk) || (await drained(raw, signal, stallMs)));
    if (isTaken) continue;
    raw.destroy();
    return false;
  }
  raw.end();
  return true;
}

/** Waits until the socket takes more; false when the client stalls or has gone. */
function drained(raw: ServerResponse, signal: AbortSignal, stallMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (isDrained: boolean): void => {
      clearTimeout(timer);
      raw.off('drain', onDrain);
      signal.removeEventListener('abort', onAbort);
      resolve(isDrained);
    };
    const onDrain = (): void => settle(true);
    const onAbort = (): void => settle(false);
    const timer = setTimeout(onAbort, stallMs);
    raw.on('drain', onDrain);
    signal.addEventListener('abort', onAbort);
  });
}
