/** What a program did to the disk, in the order in which it was done. */
export type DiskOperation =
  | { readonly type: 'create'; readonly path: string; readonly isEmptied: boolean }
  | { readonly type: 'mkdir' | 'remove'; readonly path: string }
  | { readonly type: 'rename'; readonly path: string; readonly to: string }
  | { readonly type: 'write'; readonly path: string; readonly offset: number; readonly bytes: Buffer }
  | { readonly type: 'truncate'; readonly path: string; readonly size: number }
  /** A sync covers what was done before it began, once it ended. */
  | { readonly type: 'sync-begun' | 'sync-ended'; readonly path: string; readonly call: number }
  /** What the program's main thread wrote to its standard output. */
  | { readonly type: 'said'; readonly text: string };

/** Arguments with which strace writes what {@link readDiskTrace} reads, to the file that is to follow. */
export const TRACE_ARGS = [
  ...['-f', '-qq', '-y', '-xx', '-s', '4000000', '-e', 'signal=none', '-e'],
  'trace=%file,write,pwrite64,writev,pwritev,pwritev2,ftruncate,fallocate,copy_file_range,sendfile,fsync,fdatasync',
  '-o',
] as const;

/**
 * Reads what strace saw of a program's work below one folder.
 *
 * Throws for a call that would change that folder and is not known here, rather than to leave it out.
 *
 * @param folder absolute and real; paths in the answer are relative to it, the folder itself is `''`
 */
export function readDiskTrace(trace: string, folder: string): readonly DiskOperation[] {
  const positions = new Map<string, number>();
  // What it started has outputs of its own.
  const main = trace.slice(0, trace.indexOf(' '));
  return joinCalls(trace).flatMap((call) => toOperations(call, folder, positions, call.thread === main));
}

interface Call {
  readonly thread: string;
  readonly name: string;
  /** As strace writes them, with strings in hexadecimal. */
  readonly args: string;
  /** Empty for the beginning of a call, told before its end. */
  readonly result: string;
  readonly phase: 'whole' | 'begun' | 'ended';
  readonly number: number;
}

/** Calls of several threads interleave: strace then writes their beginnings and their ends on lines of their own. */
function joinCalls(trace: string): readonly Call[] {
  const unfinished = new Map<string, Call>();
  return trace.split('\n').flatMap((line, number): readonly Call[] => {
    const whole = /^(\d+) +(\w+)\((.*)\) += (.*)$/.exec(line);
    if (whole !== null) {
      const [, thread = '', name = '', args = '', result = ''] = whole;
      return [{ thread, name, args, result, phase: 'whole', number }];
    }
    const begun = /^(\d+) +(\w+)\((.*) <unfinished \.\.\.>$/.exec(line);
    if (begun !== null) {
      const [, thread = '', name = '', args = ''] = begun;
      const call: Call = { thread, name, args, result: '', phase: 'begun', number };
      unfinished.set(thread, call);
      return [call];
    }
    const ended = /^(\d+) +<\.\.\. \w+ resumed>(.*)\) += (.*)$/.exec(line);
    const [, thread = '', rest = '', result = ''] = ended ?? [];
    const call = unfinished.get(thread);
    if (call === undefined) return [];
    unfinished.delete(thread);
    return [{ ...call, args: call.args + rest, result, phase: 'ended' }];
  });
}

function toOperations(
  { name, args, result, phase, number }: Call,
  folder: string,
  positions: Map<string, number>,
  isMain: boolean,
): readonly DiskOperation[] {
  const isSync = name === 'fsync' || name === 'fdatasync';
  if (isSync) return toSync(args, result, phase, number, folder);
  if (phase === 'begun' || result.startsWith('-1') || result.startsWith('?')) return [];
  const paths = [...args.matchAll(/"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?/g)].map(([, hex = '']) => fromHex(hex));
  const [first = Buffer.alloc(0), second = Buffer.alloc(0)] = paths;
  const path = relativeTo(folder, first.toString());
  const at = (): string => relativeTo(folder, descriptorPath(args)) ?? '';
  const isOurs = relativeTo(folder, descriptorPath(args)) !== null;
  const numbers = [...args.matchAll(/, (\d+)(?=,|$)/g)].map(([, digits]) => Number(digits));
  switch (name) {
    case 'open':
    case 'openat':
    case 'creat': {
      if (path === null) return [];
      positions.set(String(Number.parseInt(result, 10)), 0);
      const isEmptied = args.includes('O_TRUNC');
      return args.includes('O_CREAT') || isEmptied ? [{ type: 'create', path, isEmptied }] : [];
    }
    case 'mkdir':
    case 'mkdirat':
      return path === null ? [] : [{ type: 'mkdir', path }];
    case 'unlink':
    case 'unlinkat':
    case 'rmdir':
      return path === null ? [] : [{ type: 'remove', path }];
    case 'rename':
    case 'renameat':
    case 'renameat2':
      return path === null ? [] : [{ type: 'rename', path, to: relativeTo(folder, second.toString()) ?? '' }];
    case 'write':
    case 'pwrite64': {
      const count = Number(result);
      const bytes = first.subarray(0, count);
      if (args.startsWith('1<') && isMain) return [{ type: 'said', text: bytes.toString() }];
      if (!isOurs) return [];
      const descriptor = String(Number.parseInt(args, 10));
      const position = positions.get(descriptor) ?? 0;
      if (name === 'write') positions.set(descriptor, position + count);
      const offset = name === 'write' ? position : (numbers.at(-1) ?? 0);
      if (bytes.length !== count) throw new Error(`strace cut what was written: ${args.slice(-40)}`);
      return [{ type: 'write', path: at(), offset, bytes }];
    }
    case 'ftruncate':
      return isOurs ? [{ type: 'truncate', path: at(), size: numbers[0] ?? 0 }] : [];
    default:
      if (READ_ONLY.has(name) || (!isOurs && path === null)) return [];
      throw new Error(`not known what ${name} does to a disk`);
  }
}

/** Calls that change no content and no name. */
const READ_ONLY = new Set(
  'access faccessat faccessat2 stat lstat statx newfstatat readlink readlinkat statfs execve chdir getcwd utimensat chmod fchmodat'.split(
    ' ',
  ),
);

function toSync(
  args: string,
  result: string,
  phase: Call['phase'],
  call: number,
  folder: string,
): readonly DiskOperation[] {
  const path = relativeTo(folder, descriptorPath(args));
  if (path === null) return [];
  const begun = { type: 'sync-begun', path, call } as const;
  const ended = { type: 'sync-ended', path, call } as const;
  if (phase === 'begun') return [begun];
  if (result !== '0') throw new Error(`a sync failed: ${result}`);
  return phase === 'ended' ? [ended] : [begun, ended];
}

/** Path of the descriptor that a call is given first; empty when it is given none. */
function descriptorPath(args: string): string {
  const [, hex = ''] = /^\d+<((?:\\x[0-9a-f]{2})*)>/.exec(args) ?? [];
  return fromHex(hex).toString();
}

function fromHex(text: string): Buffer {
  return Buffer.from(text.replaceAll('\\x', ''), 'hex');
}

function relativeTo(folder: string, path: string): string | null {
  if (path === folder) return '';
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : null;
}
