import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Performers } from './performer.ts';

const MEBIBYTE = 1024 * 1024;
const CHUNK_BYTES = 64 * 1024;
const FOREVER_MS = 2 ** 31 - 1;

/** What a scripted worker does as a process: its output, its memory, its children, its end. */
export const PROCESS_PERFORMERS: Performers<
  'sleep' | 'print' | 'flood' | 'allocate' | 'spawn' | 'ignore_sigterm' | 'crash' | 'silence' | 'read_brief'
> = {
  async sleep({ ms }) {
    await sleep(ms);
  },
  async print({ text: printed, stream = 'stdout' }, self) {
    await write(self[stream], Buffer.from(printed));
  },
  async flood({ bytes, stream = 'stdout' }, self) {
    for (let left = bytes; left > 0; left -= CHUNK_BYTES) {
      await write(self[stream], Buffer.alloc(Math.min(left, CHUNK_BYTES), 'flood\n'));
    }
  },
  async allocate({ mb }, self) {
    const held = Array.from({ length: mb }, () => Buffer.alloc(MEBIBYTE, 1));
    self.once('exit', () => held.at(0));
  },
  async spawn({ ms, detached = false }, self) {
    const child = spawn(self.execPath, ['-e', `setTimeout(() => {}, ${ms})`], {
      detached,
      stdio: 'inherit',
    });
    await once(child, 'spawn');
    child.unref();
  },
  async ignore_sigterm(_action, self) {
    self.on('SIGTERM', () => {});
  },
  async crash({ signal, exit_code: exitCode = 1 }, self) {
    if (signal === undefined) {
      self.exit(exitCode);
    }
    self.kill(self.pid, signal);
    // The signal comes in its own time; what follows in the scenario must not come first.
    await sleep(FOREVER_MS);
  },
  async silence() {
    await sleep(FOREVER_MS);
  },
  async read_brief({ must_contain: expected }, self) {
    const brief = await text(self.stdin);
    if (!brief.includes(expected)) {
      throw new Error(`the brief does not contain ${JSON.stringify(expected)}`);
    }
  },
};

/** Waits until the chunk is out, so that a flood takes no memory and nothing is lost when the process ends. */
function write(stream: Writable, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(chunk, (error) => (error ? reject(error) : resolve()));
  });
}
