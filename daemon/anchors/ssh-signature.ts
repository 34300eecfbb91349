import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ReeveError } from '../../protocol/errors.ts';
import { runProgram, type ProgramEnd } from './run-program.ts';

/** What keeps a signature made for something else from counting here (`ssh-keygen -Y`, option `-n`). */
const NAMESPACE = 'reeve-checkpoint';

/**
 * Signs a file with a person's SSH key, from its agent or its file; a passphrase is asked for on the terminal.
 *
 * The signature is written beside the file, as `<file>.sig`, and answered.
 *
 * @throws ReeveError IO_FAILED when ssh-keygen is missing or made no signature
 */
export async function signWithSsh(options: {
  readonly file: string;
  /** A private key, or the public half of a key that an agent holds. */
  readonly keyFile: string;
  readonly env: NodeJS.ProcessEnv;
}): Promise<Uint8Array> {
  const { file, keyFile, env } = options;
  const end = await runProgram({
    program: 'ssh-keygen',
    args: ['-Y', 'sign', '-n', NAMESPACE, '-f', keyFile, file],
    cwd: dirname(file),
    env,
    set: agentOf(env),
    isInteractive: true,
  });
  if (end.ok) return await readFile(`${file}.sig`);
  throw new ReeveError('IO_FAILED', `ssh-keygen did not sign: ${whyNot(end)}`, {
    hint: 'Name another key with --ssh-key FILE: a private key, or the .pub of one that ssh-agent holds.',
  });
}

/** Who signed, as the allowed signers file names them; or why that is not known. */
export type SshSigner = { readonly signer: string } | { readonly problem: string };

/**
 * Checks a signature against a file of allowed signers (ssh-keygen(1), ALLOWED SIGNERS).
 *
 * @param options.data what was signed
 */
export async function verifySshSignature(options: {
  readonly data: Uint8Array;
  readonly signatureFile: string;
  readonly allowedSigners: string;
  readonly env: NodeJS.ProcessEnv;
}): Promise<SshSigner> {
  const { data, signatureFile, allowedSigners, env } = options;
  const keygen = async (action: string, ...args: readonly string[]): Promise<ProgramEnd> => {
    const files = ['-s', signatureFile, '-f', allowedSigners];
    return await runProgram({
      program: 'ssh-keygen',
      args: ['-Y', action, '-n', NAMESPACE, ...files, ...args],
      cwd: dirname(signatureFile),
      env,
      input: data,
    });
  };
  const found = await keygen('find-principals');
  const [signer = ''] = found.stdout.toString('utf8').split('\n');
  if (!found.ok || signer === '') return { problem: `no allowed signer made it: ${whyNot(found)}` };
  const verified = await keygen('verify', '-I', signer);
  return verified.ok ? { signer } : { problem: `the signature is not right: ${whyNot(verified)}` };
}

/** The agent alone is needed on top of what programs get; asking by a window is for desktops. */
function agentOf(env: NodeJS.ProcessEnv): Readonly<Record<string, string>> {
  const names = ['SSH_AUTH_SOCK', 'SSH_ASKPASS', 'SSH_ASKPASS_REQUIRE', 'DISPLAY', 'WAYLAND_DISPLAY', 'TERM'];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function whyNot(end: ProgramEnd): string {
  if (end.failure === 'missing') return 'ssh-keygen is not installed';
  if (end.failure !== null) return `ssh-keygen was stopped (${end.failure})`;
  return end.stderr.trim().slice(-300) || `ssh-keygen ended with ${end.exitCode ?? 'a signal'}`;
}
