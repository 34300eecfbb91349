import type { LedgerEvent } from '../../../../protocol/events.ts';
import type {
  AnchorResetData,
  ArchiveExportedData,
  ArchiveImportedData,
  Artifact,
  CheckpointAnchoredData,
  LedgerRecoveredData,
  PackRefusedData,
} from '../../../../protocol/generated/types.ts';
import type { WithheldLine } from '../report.ts';
import { emptyList, firstOf, keepFirst, keepLatest, type KeptList } from './kept-list.ts';
import { shortenText } from './shorten-text.ts';

/** The project as its log tells it: bounded lists. */
export interface ProjectStory {
  readonly lines: number;
  readonly starts: number;
  readonly versions: KeptList<string>;
  readonly rules: KeptList<RulesStory>;
  readonly keys: KeptList<KeyStory>;
  readonly refusals: KeptList<RefusalStory>;
  readonly recoveries: KeptList<Told<LedgerRecoveredData>>;
  readonly resets: KeptList<Told<AnchorResetData>>;
  readonly anchors: KeptList<Told<CheckpointAnchoredData>>;
  readonly exports: KeptList<Told<ArchiveExportedData>>;
  readonly imports: KeptList<Told<ArchiveImportedData>>;
  readonly segments: number;
  readonly withheld: KeptList<WithheldLine>;
}

/** What an event said, when, and who caused it. */
export interface Told<Data> {
  readonly seq: number;
  readonly time: string;
  readonly by: string;
  readonly data: Data;
}

/** One set of rules, from the first start that named it. */
export interface RulesStory {
  readonly policy: Artifact;
  readonly since: string;
  readonly version: string;
}

/** A key that signs checkpoints, and what spoke for it. */
export interface KeyStory {
  readonly seq: number;
  readonly time: string;
  readonly keyId: string;
  readonly trust: 'first' | 'rotated' | 'replaced';
}

/** A file that was handed in and not taken. */
export interface RefusalStory {
  readonly seq: number;
  readonly time: string;
  readonly name: string;
  readonly sha256: string | null;
  readonly keptAs: string;
  readonly problems: KeptList<string>;
}

const MAX_ENTRIES = 50;
const MAX_REFUSALS = 200;
const MAX_PROBLEMS = 3;
const MAX_TEXT = 300;

/** A project log of no lines. */
export const NEW_PROJECT: ProjectStory = {
  lines: 0,
  starts: 0,
  versions: emptyList(),
  rules: emptyList(),
  keys: emptyList(),
  refusals: emptyList(),
  recoveries: emptyList(),
  resets: emptyList(),
  anchors: emptyList(),
  exports: emptyList(),
  imports: emptyList(),
  segments: 0,
  withheld: emptyList(),
};

/** Folds one event of the project log; what is told of tasks is not its business. */
export function tellProject(before: ProjectStory, event: LedgerEvent): ProjectStory {
  const project = { ...before, lines: event.seq };
  const { seq, time } = event;
  switch (event.type) {
    case 'project.created':
      return withVersion(project, event.data.reeve_version);
    case 'daemon.started':
      return withStart(project, event.data, time);
    case 'pack.refused':
      return {
        ...project,
        refusals: keepLatest(project.refusals, refusalOf(seq, time, event.data), MAX_REFUSALS),
      };
    case 'key.added': {
      const trust = project.keys.items.length === 0 ? 'first' : 'replaced';
      return withKey(project, { seq, time, keyId: event.data.key_id, trust });
    }
    case 'key.rotated':
      return withKey(project, { seq, time, keyId: event.data.key_id, trust: 'rotated' });
    case 'segment.sealed':
      return { ...project, segments: project.segments + 1 };
    default:
      return tellRare(project, event);
  }
}

/** Folds a line whose content was withheld into the project. */
export function tellProjectWithheld(project: ProjectStory, line: WithheldLine): ProjectStory {
  return { ...project, lines: line.seq, withheld: keepFirst(project.withheld, line, MAX_ENTRIES) };
}

function tellRare(project: ProjectStory, event: LedgerEvent): ProjectStory {
  switch (event.type) {
    case 'ledger.recovered':
      return { ...project, recoveries: keepLatest(project.recoveries, told(event), MAX_ENTRIES) };
    case 'anchor.reset': {
      const reset = {
        ...told(event),
        data: { ...event.data, reason: shortenText(event.data.reason, MAX_TEXT) },
      };
      return { ...project, resets: keepLatest(project.resets, reset, MAX_ENTRIES) };
    }
    case 'checkpoint.anchored':
      return { ...project, anchors: keepLatest(project.anchors, told(event), MAX_ENTRIES) };
    case 'archive.exported':
      return { ...project, exports: keepLatest(project.exports, told(event), MAX_ENTRIES) };
    case 'archive.imported':
      return { ...project, imports: keepLatest(project.imports, told(event), MAX_ENTRIES) };
    default:
      return project;
  }
}

function told<Event extends LedgerEvent>(event: Event): Told<Event['data']> {
  const by = `${event.actor.kind} ${shortenText(event.actor.id, MAX_TEXT)}`;
  return { seq: event.seq, time: event.time, by, data: event.data };
}

function withStart(
  project: ProjectStory,
  data: { readonly reeve_version: string; readonly policy?: Artifact },
  since: string,
): ProjectStory {
  const started = { ...withVersion(project, data.reeve_version), starts: project.starts + 1 };
  const { policy } = data;
  if (policy === undefined) return started;
  const current = project.rules.items.at(-1)?.policy.sha256;
  if (current === policy.sha256) return started;
  const rules = { policy, since, version: shortenText(data.reeve_version, MAX_TEXT) };
  return { ...started, rules: keepLatest(project.rules, rules, MAX_ENTRIES) };
}

function withVersion(project: ProjectStory, version: string): ProjectStory {
  const known = shortenText(version, MAX_TEXT);
  if (project.versions.items.includes(known)) return project;
  return { ...project, versions: keepLatest(project.versions, known, MAX_ENTRIES) };
}

function withKey(project: ProjectStory, key: KeyStory): ProjectStory {
  return { ...project, keys: keepFirst(project.keys, key, MAX_ENTRIES) };
}

function refusalOf(seq: number, time: string, data: PackRefusedData): RefusalStory {
  const problems = data.problems.map(({ message }) => shortenText(message, MAX_TEXT));
  return {
    seq,
    time,
    name: shortenText(data.name, MAX_TEXT),
    sha256: data.sha256,
    keptAs: shortenText(data.kept_as, MAX_TEXT),
    problems: firstOf(problems, MAX_PROBLEMS, data.problem_count),
  };
}
