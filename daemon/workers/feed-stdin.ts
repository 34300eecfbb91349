import type { Writable } from 'node:stream';

/**
 * Writes a text to a process's stdin and closes it.
 *
 * A process that ends, or closes its stdin, before it read everything is no error (EPIPE). One that never reads is not
 * waited for: the text stays in memory until the process is gone and the stream is destroyed.
 */
export function feedStdin(stdin: Writable, text: string): void {
  stdin.on('error', () => {});
  stdin.end(text);
}
