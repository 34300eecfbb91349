import type { Verdict } from '../../daemon/domain/ledger-verdict/verdict.ts';
import type { VerifyReport } from '../../daemon/ledger/verify-report.ts';
import type { Paint } from '../context.ts';
import { formatBytes, plural, shortHash } from '../render/format.ts';
import { anchorName, anchorResult } from './anchor-text.ts';
import { faultText, warningText } from './finding-text.ts';

const MAX_SHOWN = 50;

/**
 * One verification for a person: the verdict, where the project log stands, each anchor, each finding with its place,
 * and what to do next.
 *
 * @param notes what was found and could not be checked
 */
export function reportLines(
  name: string,
  report: VerifyReport,
  notes: readonly string[],
  paint: Paint,
): readonly string[] {
  const { verdict, logs, events, bytes, files } = report;
  const read = `${plural(events, 'event')} in ${plural(logs, 'log')}, ${formatBytes(bytes)}, ${plural(files, 'file')}`;
  const found = [
    ...report.faults.map((fault) => `  ${paint.red('✗')} ${paint.safe(faultText(fault))}`),
    ...report.warnings.map((warning) => `  ${paint.yellow('!')} ${paint.safe(warningText(warning))}`),
    ...notes.map((note) => `  ${paint.yellow('!')} ${paint.safe(note)}`),
  ];
  return [
    `${colourOf(verdict, paint)(paint.safe(verdictText(report)))}, project ${paint.safe(name)}: ${read}`,
    ...standingLines(report),
    ...anchorLines(report, paint),
    ...found.slice(0, MAX_SHOWN),
    ...(found.length > MAX_SHOWN ? [`  and ${found.length - MAX_SHOWN} more`] : []),
    ...nextStep(report).map((step) => `  ${step}`),
  ];
}

/** The answer as it is written: `ANCHORED (user state, 2026-…)`, `UNANCHORED 5`, `TAMPERED at LOG line SEQ`. */
function verdictText({ verdict, anchored, unanchored, at }: VerifyReport): string {
  const words = verdict.replace('_', ' ');
  if (verdict === 'ANCHORED' && anchored !== null) return `${words} (${anchorName(anchored)})`;
  if (verdict === 'UNANCHORED') return `${words} ${unanchored}`;
  return verdict === 'TAMPERED' && at !== null ? `${words} at ${at.log} line ${at.seq}` : words;
}

function colourOf(verdict: Verdict, paint: Paint): (text: string) => string {
  if (verdict === 'ANCHORED') return paint.green;
  return verdict === 'UNANCHORED' ? paint.yellow : paint.red;
}

function standingLines({ head, checkpoint, keys, redacted }: VerifyReport): readonly string[] {
  const signed = checkpoint?.key_id ?? null;
  return [
    ...(head === null ? [] : [`  project log at ${head.seq}, head ${shortHash(head.event_hash)}`]),
    ...(head !== null && checkpoint === null && keys.length === 0
      ? ['  no signing key, so no checkpoint']
      : []),
    ...(checkpoint !== null && signed !== null
      ? [`  checkpoint at ${checkpoint.size}, signed by key ${shortHash(signed)}`]
      : []),
    ...(redacted > 0 ? [`  ${plural(redacted, 'event')} redacted: of these only the place was checked`] : []),
  ];
}

/** Every anchor that disagrees, and the newest of those that agree. */
function anchorLines({ anchors, anchored }: VerifyReport, paint: Paint): readonly string[] {
  const isOlder = (anchor: VerifyReport['anchors'][number]): boolean =>
    anchor.result === 'consistent' && anchor.kind === anchored?.kind && anchor.size < anchored.size;
  const shown = anchors.filter((anchor) => !isOlder(anchor));
  const older = anchors.length - shown.length;
  return [
    ...shown.slice(0, MAX_SHOWN).map((anchor) => {
      const line = paint.safe(`${anchorName(anchor)}: ${anchorResult(anchor)}`);
      return `  ${MARKS[anchor.result](paint)} ${line}`;
    }),
    ...(shown.length > MAX_SHOWN ? [`  and ${shown.length - MAX_SHOWN} more anchors`] : []),
    ...(older > 0 ? [`  ${plural(older, 'older anchor')} ${older === 1 ? 'agrees' : 'agree'} as well`] : []),
  ];
}

const MARKS: Readonly<Record<VerifyReport['anchors'][number]['result'], (paint: Paint) => string>> = {
  consistent: (paint) => paint.green('✓'),
  ahead: (paint) => paint.red('✗'),
  conflicting: (paint) => paint.red('✗'),
  other_log: (paint) => paint.yellow('!'),
};

function nextStep({ verdict, anchored }: VerifyReport): readonly string[] {
  switch (verdict) {
    case 'TAMPERED':
      return ['Leave this folder as it is, and compare it with a backup or an export.'];
    case 'FORKED':
      return [
        'One key signed two histories: a copy went its own way, or the key is in other hands.',
        'If the copy is yours and this one is to go on: reeve anchor reset --reason TEXT.',
      ];
    case 'TRUNCATED':
      return ['What was there is gone: restore it from a backup or an export.'];
    case 'ROLLED_BACK':
      return [
        'An older copy was put back: restore the newer one.',
        'If it was put back on purpose: reeve anchor reset --reason TEXT.',
      ];
    case 'CANNOT_VERIFY':
      return ['See to what is named above, and verify again; reeve start writes a checkpoint that is due.'];
    case 'UNANCHORED':
      return anchored === null
        ? ['Nothing outside vouches for it: keep what reeve anchor note prints elsewhere.']
        : [];
    case 'ANCHORED':
      return [];
  }
}
