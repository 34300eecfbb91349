import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LedgerEvent } from '../../protocol/events.ts';

/** The compiled daemon over a scratch repository, as users run it: a process of its own, watched over HTTP. */
export interface BenchDaemon {
  /** Resolves with the next event of a kind. */
  next(matches: (event: LedgerEvent) => boolean): Promise<LedgerEvent>;
  close(): Promise<void>;
}

const PROGRAM = join(import.meta.dirname, '..', '..', 'dist', 'cli', 'main.js');

/** Starts `reeve start` in a repository that has a reeve.yaml. */
export async function openBenchDaemon(folder: string): Promise<BenchDaemon> {
  const child = spawn(process.execPath, [PROGRAM, 'start'], { cwd: folder, stdio: 'ignore' });
  const ended = once(child, 'exit');
  const waiting = new Set<Waiter>();
  const stream = await openEvents(folder);
  void (async () => {
    for await (const line of createInterface({ input: stream })) {
      if (line.startsWith('data: ')) tell(waiting, JSON.parse(line.slice(6)) as LedgerEvent);
    }
  })().catch(() => undefined);
  return {
    next: (matches) => new Promise((resolve) => waiting.add({ matches, resolve })),
    async close() {
      child.kill('SIGINT');
      await ended;
      stream.destroy();
    },
  };
}

interface Waiter {
  readonly matches: (event: LedgerEvent) => boolean;
  readonly resolve: (event: LedgerEvent) => void;
}

function tell(waiting: Set<Waiter>, event: LedgerEvent): void {
  for (const waiter of waiting) {
    if (!waiter.matches(event)) continue;
    waiting.delete(waiter);
    waiter.resolve(event);
  }
}

async function openEvents(folder: string): Promise<Readable> {
  for (let tries = 0; tries < 200; tries += 1) {
    try {
      const { url } = JSON.parse(await readFile(join(folder, '.reeve', 'daemon.json'), 'utf8')) as {
        url: string;
      };
      const token = (await readFile(join(folder, '.reeve', 'token'), 'utf8')).trim();
      const response = await fetch(`${url}/api/v1/events`, { headers: { authorization: `Bearer ${token}` } });
      if (response.body !== null && response.ok) return Readable.fromWeb(response.body);
    } catch {
      // Not up yet.
    }
    await sleep(50);
  }
  throw new Error('the daemon did not come up; is it built? (npm run build)');
}
