import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { GitEnd, GitProcess, RunGitProcess } from './git-process.ts';

/** What the daemon asks of its git host. */
export interface GitHostRequest {
  readonly id: number;
  readonly request: GitProcess;
}

/** What the git host answers; `failure` when it could not even write the output. */
export interface GitHostAnswer {
  readonly id: number;
  readonly end: GitEnd | null;
  readonly failure: string | null;
}

/** A small process that runs git on behalf of this one. */
export interface GitHost {
  readonly run: RunGitProcess;
  /** Lets the host go. Idempotent. */
  close(): void;
}

/**
 * Creates a git host, which is started when it is first needed and again when it was lost.
 *
 * Starting a process copies the page tables of its parent: 0.8 ms from a small Node, 5 ms from one that holds 200 MB
 * (Node 20 on Linux, `npm run bench`), and the daemon stands still meanwhile. A dozen git processes for each attempt
 * are therefore started by a process that stays small.
 */
export function createGitHost(): GitHost {
  let live: LiveHost | null = null;
  return {
    run: (request) => {
      if (live?.isLost() !== false) live = startHost();
      return live.call(request);
    },
    close() {
      live?.close();
      live = null;
    },
  };
}

/** One process of the host, from its start to its loss. */
interface LiveHost {
  call(request: GitProcess): Promise<GitEnd>;
  isLost(): boolean;
  close(): void;
}

interface Waiting {
  readonly resolve: (end: GitEnd) => void;
  readonly reject: (error: Error) => void;
}

function startHost(): LiveHost {
  const host = fork(PROGRAM, [], {
    execArgv: [...LOADER],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    // A group of its own: Ctrl-C at the terminal is for the daemon, which then ends things in order.
    detached: true,
  });
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let isLost = false;
  const lose = (): void => {
    isLost = true;
    for (const { reject } of waiting.values()) reject(new Error('the process that runs git went away'));
    waiting.clear();
  };
  host.once('exit', lose).once('error', lose);
  host.on('message', ({ id, end, failure }: GitHostAnswer) => {
    const call = waiting.get(id);
    waiting.delete(id);
    if (waiting.size === 0) release(host);
    if (end === null) call?.reject(new Error(failure ?? 'git could not be run'));
    else call?.resolve(end);
  });
  return {
    call: (request) =>
      new Promise((resolve, reject) => {
        host.ref();
        host.channel?.ref();
        lastId += 1;
        waiting.set(lastId, { resolve, reject });
        // Only a channel that is gone refuses a message, and `exit` then rejects every call.
        host.send({ id: lastId, request } satisfies GitHostRequest, () => undefined);
      }),
    isLost: () => isLost || !host.connected,
    close() {
      if (host.connected) host.disconnect();
    },
  };
}

/** With nothing asked of it, the host does not keep this process alive. */
function release(host: ChildProcess): void {
  host.unref();
  host.channel?.unref();
}

const IS_SOURCE = import.meta.url.endsWith('.ts');
const PROGRAM = fileURLToPath(new URL(`./git-host-program.${IS_SOURCE ? 'ts' : 'js'}`, import.meta.url));
// Resolved from here: the bare name would be looked up in the folder the daemon was started from.
const LOADER = IS_SOURCE ? ['--import', import.meta.resolve('tsx')] : [];
