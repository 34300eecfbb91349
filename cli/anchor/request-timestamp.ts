import { ReeveError } from '../../protocol/errors.ts';
import { usage } from '../options.ts';

/**
 * Sends a time-stamp query to an authority (RFC 3161, section 3.4) and answers its response, unchecked.
 *
 * @throws ReeveError USAGE for an address that is no web address, IO_FAILED
 */
export async function requestTimestamp(
  url: string,
  query: Uint8Array,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const address = URL.canParse(url) ? new URL(url) : null;
  if (address === null || !/^https?:$/.test(address.protocol)) throw usage(`${url} is no web address.`);
  try {
    const response = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/timestamp-query', accept: 'application/timestamp-reply' },
      body: query,
      // The address that was named is the only one that is talked to.
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    if (!response.ok) throw new Error(`it answered with status ${response.status}`);
    return await readBody(response);
  } catch (cause) {
    signal.throwIfAborted();
    throw new ReeveError('IO_FAILED', `${address.host} gave no time stamp: ${reasonOf(cause)}.`, {
      hint: 'Without a network here: reeve anchor tsa --query FILE, and --reply FILE once it was answered elsewhere.',
      cause,
    });
  }
}

const TIMEOUT_MS = 30_000;

/** Tokens with their certificates take some 7 KB; what is larger, the daemon would not take either. */
const MAX_BYTES = 32_768;

/** Threat: an endless answer. */
async function readBody(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    const bytes = chunk as Uint8Array;
    size += bytes.length;
    if (size > MAX_BYTES) throw new Error(`it answered with more than ${MAX_BYTES} bytes`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/** What `fetch` throws says little; its cause says why. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
