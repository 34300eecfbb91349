import { join } from 'node:path';
import { relateToLog, type LogStanding } from '../../daemon/domain/ledger-verdict/log-standing.ts';
import { listLedgers } from '../../daemon/ledger/list-ledgers.ts';
import { readLogId } from '../../daemon/ledger/read-log-id.ts';
import { scanProjectLog } from '../../daemon/ledger/scan-project-log.ts';
import type { Anchor } from '../../daemon/ports/anchors.ts';
import { originOf } from '../../protocol/checkpoint.ts';

/** Anchors that are about a project, and what is to be said of those that are about a copy of it. */
export interface OwnAnchors {
  readonly anchors: readonly Anchor[];
  readonly notes: readonly string[];
}

/**
 * Leaves out what vouches for another copy of the same log in this data root (`reeve import --as`).
 *
 * Copies share their history and its log id, then each goes its own way: a note or git note of the one says nothing
 * against the other. What this machine saw is kept by folder, and never left out here.
 */
export function ownAnchors(workflow: string, projectId: string, anchors: readonly Anchor[]): OwnAnchors {
  const logId = readLogId(join(workflow, projectId));
  const copies = listLedgers(workflow).filter((other) => {
    return other !== projectId && logId !== null && readLogId(join(workflow, other)) === logId;
  });
  if (logId === null || copies.length === 0) return { anchors, notes: [] };
  const sizes = anchors.map(({ checkpoint }) => checkpoint.size);
  const standingOf = (project: string): LogStanding | null =>
    readLogStanding(workflow, project, logId, sizes);
  const here = standingOf(projectId);
  const others = copies.map((copy) => ({ copy, standing: standingOf(copy) }));
  const notes: string[] = [];
  const own = anchors.filter((anchor) => {
    const { kind, by, checkpoint } = anchor;
    if (kind === 'user_state' || here === null) return true;
    if (relateToLog(here, checkpoint) === 'consistent') return true;
    const holder = others.find(({ standing }) => {
      return standing !== null && relateToLog(standing, checkpoint) === 'consistent';
    });
    if (holder !== undefined) notes.push(`${by} is about project ${holder.copy}, a copy of the same log`);
    return holder === undefined;
  });
  return { anchors: own, notes };
}

/** A log that cannot be read vouches for nobody; verification tells what is wrong with it. */
function readLogStanding(
  workflow: string,
  project: string,
  logId: string,
  sizes: readonly number[],
): LogStanding | null {
  try {
    const scan = scanProjectLog(join(workflow, project, 'events.jsonl'), () => sizes);
    const { tree, rootsAt, keys, end } = scan;
    return { origin: originOf(logId), size: tree.size, isWhole: end.fault === null, rootsAt, keys };
  } catch {
    return null;
  }
}
