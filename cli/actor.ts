import { userInfo } from 'node:os';
import type { Actor } from '../protocol/generated/types.ts';

/** Who stands behind a verb that is recorded: the tool it names, else the user of this machine. */
export function toActor(tool: string | undefined): Actor {
  return tool === undefined ? { kind: 'person', id: userName() } : { kind: 'tool', id: tool };
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A user id without an entry in the password file, as in containers.
    return `uid-${process.getuid?.() ?? 'unknown'}`;
  }
}
