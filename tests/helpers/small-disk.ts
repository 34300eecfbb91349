import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** A file system in memory of a fixed size. */
export interface SmallDisk {
  readonly folder: string;
  /** Takes all the room that is left. */
  fill(): void;
  /** Gives that room back. */
  free(): void;
}

/** Mounts one until the test ends; null, and the test is skipped, where this is not allowed. */
export function mountSmallDisk(t: TestContext, folder: string, size: string): SmallDisk | null {
  mkdirSync(folder, { recursive: true });
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]);
  if (status !== 0) {
    t.skip('mounting a tmpfs is not allowed here');
    return null;
  }
  t.after(() => spawnSync('umount', ['-l', folder]));
  const filler = join(folder, 'filler');
  return {
    folder,
    fill() {
      for (const piece of [65_536, 4096, 1]) {
        try {
          for (;;) appendFileSync(filler, Buffer.alloc(piece));
        } catch {
          // Full.
        }
      }
    },
    free: () => rmSync(filler),
  };
}
