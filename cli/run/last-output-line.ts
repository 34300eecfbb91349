import { open } from 'node:fs/promises';

const TAIL_BYTES = 2_048;

/** The last line a process printed into a file, as far as it is there; empty when there is none. */
export async function lastOutputLine(file: string): Promise<string> {
  try {
    const handle = await open(file, 'r');
    try {
      const { size } = await handle.stat();
      const start = Math.max(0, size - TAIL_BYTES);
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(TAIL_BYTES), 0, TAIL_BYTES, start);
      const lines = buffer.toString('utf8', 0, bytesRead).split(/[\r\n]+/);
      return lines.findLast((line) => line.trim() !== '')?.trim() ?? '';
    } finally {
      await handle.close();
    }
  } catch {
    return '';
  }
}
