import { lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DiskOperation } from './disk-trace.ts';

/**
 * A disk that forgets: what POSIX leaves certain after a power loss, and no more.
 *
 * - Of a file, what was written before a sync of it that has ended. The rest is there, or not, or in part: the first
 *   bytes of a write, or some blocks of it, with the old bytes or zeros in the others. Each file for itself.
 * - Of a folder, the names it had before a sync of the folder that has ended. Of each name changed since, the old or
 *   any newer meaning.
 */
export interface CrashDisk {
  readonly apply: (operation: DiskOperation) => void;
  /** Files as a power loss would leave them now, and folders as null; by path. */
  readonly crash: (fate: Fate) => DiskImage;
}

export type DiskImage = ReadonlyMap<string, Buffer | null>;

/** What becomes of all that is not certain: lost, kept (as when only the program dies), or anything in between. */
export type Fate = 'lost' | 'kept' | ((below: number) => number);

/** Creates a disk that surely holds what a folder holds now. */
export function createCrashDisk(folder: string): CrashDisk {
  const root = readInode(folder);
  const syncs = new Map<number, Inode>();
  let sequence = 0;

  function find(path: string): Inode | undefined {
    let inode: Inode | undefined = root;
    for (const name of path === '' ? [] : path.split('/'))
      inode = inode?.type === 'folder' ? inode.names.get(name) : undefined;
    return inode;
  }

  function setName(path: string, inode: Inode | null): void {
    const above = path.includes('/') ? dirname(path) : '';
    const parent = find(above);
    if (parent?.type !== 'folder') throw new Error(`there is no folder ${above}`);
    const name = path.slice(above === '' ? 0 : above.length + 1);
    if (inode === null) parent.names.delete(name);
    else parent.names.set(name, inode);
    parent.pending.push({ sequence: (sequence += 1), name, inode });
  }

  function change(path: string, how: { readonly offset: number; readonly bytes: Buffer } | number): void {
    const file = find(path);
    // Written to after its name was taken away: nothing of it is left.
    if (file?.type !== 'file') return;
    file.content = changed(file.content, how);
    file.pending.push({ sequence: (sequence += 1), how });
  }

  function apply(operation: DiskOperation): void {
    switch (operation.type) {
      case 'create':
        if (find(operation.path) === undefined) setName(operation.path, emptyFile());
        else if (operation.isEmptied) change(operation.path, 0);
        return;
      case 'mkdir':
        return setName(operation.path, emptyFolder());
      case 'remove':
        return setName(operation.path, null);
      case 'rename': {
        const inode = find(operation.path);
        if (inode === undefined) throw new Error(`there is no ${operation.path}`);
        setName(operation.to, inode);
        return setName(operation.path, null);
      }
      case 'write':
        return change(operation.path, operation);
      case 'truncate':
        return change(operation.path, operation.size);
      case 'sync-begun': {
        const inode = find(operation.path);
        if (inode === undefined) return;
        inode.syncing.set(operation.call, sequence);
        syncs.set(operation.call, inode);
        return;
      }
      case 'sync-ended': {
        const inode = syncs.get(operation.call);
        const until = inode?.syncing.get(operation.call);
        if (inode !== undefined && until !== undefined) settle(inode, until);
        return;
      }
      case 'said':
    }
  }

  return {
    apply,
    crash(fate) {
      const image = new Map<string, Buffer | null>();
      collect(root, '', fate, image);
      return image;
    },
  };
}

/** Writes an image into a folder that does not exist yet. */
export function layImage(image: DiskImage, folder: string): void {
  mkdirSync(folder, { mode: 0o700 });
  for (const [path, content] of image) {
    if (content === null) mkdirSync(join(folder, path), { mode: 0o700 });
    else writeFileSync(join(folder, path), content, { mode: 0o600 });
  }
}

type Inode = FileInode | FolderInode;

interface FileInode {
  readonly type: 'file';
  readonly syncing: Map<number, number>;
  certain: Buffer;
  /** With everything that was written. */
  content: Buffer;
  pending: { readonly sequence: number; readonly how: Change }[];
}

interface FolderInode {
  readonly type: 'folder';
  readonly syncing: Map<number, number>;
  readonly certain: Map<string, Inode>;
  readonly names: Map<string, Inode>;
  pending: { readonly sequence: number; readonly name: string; readonly inode: Inode | null }[];
}

/** Bytes at a place, or a new size. */
type Change = { readonly offset: number; readonly bytes: Buffer } | number;

function emptyFile(content = Buffer.alloc(0)): FileInode {
  return { type: 'file', syncing: new Map(), certain: content, content, pending: [] };
}

function emptyFolder(names: readonly (readonly [string, Inode])[] = []): FolderInode {
  return { type: 'folder', syncing: new Map(), certain: new Map(names), names: new Map(names), pending: [] };
}

function readInode(path: string): Inode {
  if (lstatSync(path).isFile()) return emptyFile(readFileSync(path));
  return emptyFolder(readdirSync(path).map((name) => [name, readInode(join(path, name))] as const));
}

function changed(content: Buffer, how: Change): Buffer {
  const size = typeof how === 'number' ? how : Math.max(content.length, how.offset + how.bytes.length);
  const result = Buffer.alloc(size);
  content.copy(result);
  if (typeof how !== 'number') how.bytes.copy(result, how.offset);
  return result;
}

function settle(inode: Inode, until: number): void {
  if (inode.type === 'file') {
    for (const { sequence, how } of inode.pending)
      if (sequence <= until) inode.certain = changed(inode.certain, how);
    inode.pending = inode.pending.filter(({ sequence }) => sequence > until);
    return;
  }
  for (const { sequence, name, inode: named } of inode.pending) {
    if (sequence > until) continue;
    if (named === null) inode.certain.delete(name);
    else inode.certain.set(name, named);
  }
  inode.pending = inode.pending.filter(({ sequence }) => sequence > until);
}

function collect(inode: Inode, path: string, fate: Fate, image: Map<string, Buffer | null>): void {
  if (inode.type === 'file') {
    image.set(path, contentOf(inode, fate));
    return;
  }
  if (path !== '') image.set(path, null);
  for (const [name, child] of namesOf(inode, fate))
    collect(child, path === '' ? name : `${path}/${name}`, fate, image);
}

function namesOf({ certain, names, pending }: FolderInode, fate: Fate): ReadonlyMap<string, Inode> {
  if (fate === 'lost') return certain;
  if (fate === 'kept') return names;
  const found = new Map(certain);
  for (const name of new Set(pending.map((each) => each.name))) {
    const meanings = pending.filter((each) => each.name === name);
    const chosen = meanings[fate(meanings.length + 1)];
    if (chosen === undefined) continue;
    if (chosen.inode === null) found.delete(name);
    else found.set(name, chosen.inode);
  }
  return found;
}

function contentOf({ certain, content, pending }: FileInode, fate: Fate): Buffer {
  if (fate === 'lost' || pending.length === 0) return certain;
  if (fate === 'kept') return content;
  switch (fate(5)) {
    case 0:
      return certain;
    case 1:
      return content;
    case 2:
      return prefixOf(certain, pending, fate);
    case 3:
      return inBlocks(certain, content, () => false, 4096);
    default:
      return inBlocks(certain, content, () => fate(2) === 0, fate(2) === 0 ? 512 : 4096);
  }
}

/** Some changes, and the first bytes of the next one. */
function prefixOf(certain: Buffer, pending: FileInode['pending'], pick: (below: number) => number): Buffer {
  const count = pick(pending.length);
  let result = pending.slice(0, count).reduce((before, { how }) => changed(before, how), certain);
  const how = pending[count]?.how;
  if (typeof how === 'object')
    result = changed(result, { offset: how.offset, bytes: how.bytes.subarray(0, pick(how.bytes.length)) });
  return result;
}

/** The new length, with some of the blocks that changed; the others are as they were, or zeros. */
function inBlocks(certain: Buffer, content: Buffer, isThere: () => boolean, block: number): Buffer {
  const result = Buffer.alloc(content.length);
  certain.copy(result);
  for (let at = 0; at < content.length; at += block) {
    const part = content.subarray(at, at + block);
    if (!result.subarray(at, at + block).equals(part) && isThere()) part.copy(result, at);
  }
  return result;
}
