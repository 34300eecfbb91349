import { dirname } from 'node:path';
import { sha256Hex } from '../../protocol/digest.ts';
import { ReeveError } from '../../protocol/errors.ts';
import { runProgram, type ProgramEnd } from './run-program.ts';

/** What a time-stamp token says. */
export interface Timestamp {
  /** RFC 3339. */
  readonly time: string;
  /** The authority, as its token names it. */
  readonly authority: string;
}

/** A token, or why it counts for nothing. */
export type TimestampCheck = Timestamp | { readonly problem: string };

/**
 * Makes a time-stamp query (RFC 3161, DER) about some bytes: by SHA-256, with a nonce, asking for the certificate.
 *
 * @throws ReeveError IO_FAILED when openssl is missing or fails
 */
export async function createTimestampQuery(
  data: Uint8Array,
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<Uint8Array> {
  const args = ['-query', '-digest', sha256Hex(data), '-sha256', '-cert'];
  const end = await runProgram({ program: 'openssl', args: ['ts', ...args], ...options });
  if (end.ok) return end.stdout;
  throw new ReeveError('IO_FAILED', `openssl made no time-stamp query: ${whyNot(end)}`, {
    hint: 'Install OpenSSL, with openssl on PATH.',
  });
}

/** A response of a time-stamping authority, in its file, and what it has to be about. */
export interface TimestampResponse {
  /** Absolute path of the response (RFC 3161 TimeStampResp, DER). */
  readonly file: string;
  readonly data: Uint8Array;
  readonly env: NodeJS.ProcessEnv;
}

/** Reads a response and checks that it grants a token about these bytes; the authority's signature is not checked. */
export async function readTimestamp({ file, data, env }: TimestampResponse): Promise<TimestampCheck> {
  const end = await openssl(file, env, ['-reply', '-in', file, '-text']);
  if (end.failure !== null) return { problem: whyNot(end) };
  if (!end.ok) return { problem: `it is no time-stamp response: ${whyNot(end)}` };
  const text = end.stdout.toString('utf8');
  const status = /^Status: (.*)$/m.exec(text)?.[1] ?? 'unknown';
  if (!status.startsWith('Granted')) return { problem: `the authority granted none: ${status}` };
  if (imprintOf(text) !== `sha256:${sha256Hex(data)}`) return { problem: 'it is about something else' };
  const time = parseTime(/^Time stamp: (.*)$/m.exec(text)?.[1] ?? '');
  if (time === null) return { problem: 'it carries no time' };
  return { time, authority: /^TSA: (?:DirName:)?(?!unspecified)(.+)$/m.exec(text)?.[1] ?? UNNAMED };
}

/**
 * Checks a response up to a certificate that is trusted.
 *
 * Certificates are judged as of today and, should that fail, as of the time in the token: an archive outlives the
 * certificates of its tokens.
 *
 * @param options.tsaCa PEM file of the certificates to trust
 * @param options.queryFile the query it answers, whose nonce it must repeat; default: none is at hand any more
 */
export async function verifyTimestamp(
  options: TimestampResponse & { readonly tsaCa: string; readonly queryFile?: string },
): Promise<TimestampCheck> {
  const { file, data, env, tsaCa, queryFile } = options;
  const read = await readTimestamp(options);
  if ('problem' in read) return read;
  const about = queryFile === undefined ? ['-digest', sha256Hex(data)] : ['-queryfile', queryFile];
  const verify = ['-verify', ...about, '-in', file, '-CAfile', tsaCa];
  const today = await openssl(file, env, verify);
  if (today.ok) return read;
  const then = await openssl(file, env, [...verify, '-attime', String(Date.parse(read.time) / 1000)]);
  return then.ok ? read : { problem: `the token does not verify: ${whyNot(today)}` };
}

/** The standard lets an authority leave its name out of the token. */
const UNNAMED = 'an authority that its token does not name';

async function openssl(file: string, env: NodeJS.ProcessEnv, args: readonly string[]): Promise<ProgramEnd> {
  return await runProgram({ program: 'openssl', args: ['ts', ...args], cwd: dirname(file), env });
}

/** The digest a token is about, from the hexadecimal dump that openssl prints of it. */
function imprintOf(text: string): string | null {
  const [, algorithm, dump] = /^Hash Algorithm: (\S+)\nMessage data:\n((?: {4}.*\n)+)/m.exec(text) ?? [];
  if (algorithm === undefined || dump === undefined) return null;
  const rows = dump.matchAll(/^ {4}[0-9a-f]{4} - ((?:[0-9a-f]{2}[ -]){16})/gm);
  return `${algorithm}:${[...rows].map(([, row]) => row?.replaceAll(/[ -]/g, '')).join('')}`;
}

/** `Nov 20 10:52:00.25 2026 GMT` as RFC 3339 in whole seconds. */
function parseTime(text: string): string | null {
  const [, day, clock, year] =
    /^([A-Z][a-z]{2} +\d+) (\d{2}:\d{2}:\d{2})(?:\.\d+)? (\d{4}) GMT$/.exec(text) ?? [];
  const time = new Date(`${day} ${year} ${clock} GMT`);
  return Number.isNaN(time.getTime()) ? null : time.toISOString().replace('.000Z', 'Z');
}

function whyNot(end: ProgramEnd): string {
  if (end.failure === 'missing') return 'openssl is not installed';
  if (end.failure !== null) return `openssl was stopped (${end.failure})`;
  return end.stderr.trim().slice(-300) || `openssl ended with ${end.exitCode ?? 'a signal'}`;
}
