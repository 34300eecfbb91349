import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Checkpoint } from '../../protocol/checkpoint.ts';
import { ReeveError } from '../../protocol/errors.ts';
import type { Actor } from '../../protocol/generated/types.ts';
import { isId } from '../../protocol/ids.ts';
import type { Clock } from '../ports/clock.ts';
import type { Ledger } from '../ports/ledger.ts';
import { createDescriptorCache } from './descriptor-cache.ts';
import { createEventFeed } from './event-feed.ts';
import { createEventStamps } from './event-stamps.ts';
import { createFlushQueue } from './flush-queue.ts';
import { takeKernelLock } from './kernel-lock.ts';
import { createLedgerHealth } from './ledger-health.ts';
import { createLineEncoder } from './line-encoder.ts';
import { listProjects } from './list-projects.ts';
import { openProject } from './open-project.ts';
import type { ProjectLedgerHandle } from './project-ledger.ts';

export interface LedgerOptions {
  /** The data root: the folder that holds one folder per project; made when missing. */
  readonly root: string;
  readonly clock: Clock;
  /** Recorded in projects that are made. */
  readonly reeveVersion: string;
  /** Whom the ledger's own events (creations, heads, recoveries) are by; default the daemon. */
  readonly actor?: Actor;
  /** Log files kept open; default 128. */
  readonly openFiles?: number;
  /** Bytes by which a project log grows between two writes of its index; default: a mebibyte. */
  readonly indexEvery?: number;
  /** Bytes of a task log's file from which on it is sealed, and a new one begun; default: 16 mebibytes. */
  readonly segmentBytes?: number;
  /** What was seen of a project's log elsewhere, which it must continue. Default: nothing. */
  readonly seen?: (projectFolder: string, logId: string) => readonly Checkpoint[];
  /** Opens also what continues neither that nor its own checkpoint: a person accepted it. Default: false. */
  readonly acceptsBreak?: boolean;
}

/**
 * Opens the ledger of a data root for writing, as the only writer there is.
 *
 * @throws ReeveError LEDGER_LOCKED naming the holder, IO_FAILED
 */
export async function openLedger(options: LedgerOptions): Promise<Ledger> {
  const root = resolve(options.root);
  makeRoot(root);
  const lock = await takeKernelLock(root, new Date(options.clock.now()).toISOString());
  const context = {
    stamps: createEventStamps(options.clock),
    feed: createEventFeed(),
    health: createLedgerHealth(),
    descriptors: createDescriptorCache(options.openFiles ?? 128),
    flushes: createFlushQueue(),
    encode: createLineEncoder(),
    segmentBytes: options.segmentBytes ?? 16_777_216,
  };
  const actor = options.actor ?? { kind: 'daemon', id: 'reeve' };
  const opened = new Map<string, Promise<ProjectLedgerHandle>>();
  let closing: Promise<void> | null = null;

  function open(projectId: string, createdBy: string | null): Promise<ProjectLedgerHandle> {
    const folder = join(root, projectId);
    const seen = (logId: string): readonly Checkpoint[] => options.seen?.(folder, logId) ?? [];
    const place = {
      projectId,
      folder,
      actor,
      createdBy,
      seen: options.acceptsBreak === true ? null : seen,
      // Reading so much of a log costs about ten milliseconds.
      indexEvery: options.indexEvery ?? 1_048_576,
    };
    const opening = openProject(context, place);
    opened.set(projectId, opening);
    // A project that could not be opened may be mended and tried again.
    opening.catch(() => opened.delete(projectId));
    return opening;
  }

  async function close(): Promise<void> {
    try {
      const projects = await Promise.allSettled(opened.values());
      const ready = projects.flatMap((project) => (project.status === 'fulfilled' ? project.value : []));
      const flushed = await Promise.allSettled(ready.map((project) => project.flush()));
      const failed = flushed.find((result) => result.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
    } finally {
      context.health.close();
      context.descriptors.closeAll();
      lock.release();
    }
  }

  return {
    async project(projectId, { create = false } = {}) {
      if (closing !== null) throw new ReeveError('BUG', 'The ledger is closed.');
      assertProjectId(projectId);
      return opened.get(projectId) ?? open(projectId, create ? options.reeveVersion : null);
    },
    projects: () => Promise.resolve(listProjects(root)),
    subscribe: context.feed.subscribe,
    close: () => (closing ??= close()),
  };
}

function makeRoot(root: string): void {
  try {
    mkdirSync(root, { recursive: true });
  } catch (cause) {
    throw new ReeveError('IO_FAILED', `Cannot make the data root ${root}.`, {
      cause,
      hint: 'Check that the folder above it exists and may be written.',
    });
  }
}

function assertProjectId(projectId: string): void {
  if (isId(projectId)) return;
  throw new ReeveError('USAGE', `${JSON.stringify(projectId)} cannot name a project.`, {
    hint: 'Letters, digits, dot, underscore and dash, beginning with a letter or digit, at most 128.',
  });
}
