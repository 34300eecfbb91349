import { readFile } from 'node:fs/promises';

/** Reads the program that every archive carries to be verified with nothing of Reeve: `verify.mjs`. */
export async function readStandaloneVerifier(): Promise<string> {
  return await readFile(new URL('verify.mjs', import.meta.url), 'utf8');
}
