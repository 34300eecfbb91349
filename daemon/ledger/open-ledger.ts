import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ReeveError } from '../../protocol/errors.ts';
import type { Actor } from '../../protocol/generated/types.ts';
import { isId } from '../../protocol/ids.ts';
import type { Clock } from '../ports/clock.ts';
import type { Ledger } from '../ports/ledger.ts';
import { createDescriptorCache } from './descriptor-cache.ts';
import { createEventFeed } from './event-feed.ts';
import { createEventStamps } from './event-stamps.ts';
import { takeKernelLock } from './kernel-lock.ts';
import { createLedgerHealth } from './ledger-health.ts';
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
  };
  const actor = options.actor ?? { kind: 'daemon', id: 'reeve' };
  const opened = new Map<string, Promise<ProjectLedgerHandle>>();
  let closing: Promise<void> | null = null;

  function open(projectId: string, createdBy: string | null): Promise<ProjectLedgerHandle> {
    const opening = openProject(context, { projectId, folder: join(root, projectId), actor, createdBy });
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
