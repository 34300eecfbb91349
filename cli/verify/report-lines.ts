import type { Verdict, VerifyFault, VerifyReport, VerifyWarning } from '../../daemon/ledger/verify-report.ts';
import type { Paint } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { formatBytes, plural, shortHash } from '../render/format.ts';

const MAX_SHOWN = 50;

/** One verification for a person: the verdict, then each finding with its place. */
export function reportLines(name: string, report: VerifyReport, paint: Paint): readonly string[] {
  const { logs, events, bytes, files, head } = report;
  const found = [
    ...report.faults.map((fault) => `  ${paint.red('✗')} ${paint.safe(faultText(fault))}`),
    ...report.warnings.map((warning) => `  ${paint.yellow('!')} ${paint.safe(warningText(warning))}`),
  ];
  const read = `${plural(events, 'event')} in ${plural(logs, 'log')}, ${formatBytes(bytes)}, ${plural(files, 'file')}`;
  return [
    `${verdictPaint(report.verdict, paint)(report.verdict)} ${paint.safe(name)}: ${read}`,
    ...(head === null ? [] : [`  project log at ${head.seq}, head ${shortHash(head.event_hash)}`]),
    ...found.slice(0, MAX_SHOWN),
    ...(found.length > MAX_SHOWN ? [`  and ${found.length - MAX_SHOWN} more`] : []),
  ];
}

/** The exit status of a verdict; with `strict` a mere warning fails as well. */
export function verdictExit(report: Pick<VerifyReport, 'verdict' | 'warnings'>, strict: boolean): number {
  switch (report.verdict) {
    case 'TAMPERED':
    case 'TRUNCATED':
    case 'MISSING':
      return EXIT.tampered;
    case 'CANNOT_VERIFY':
      return EXIT.cannotVerify;
    case 'UNANCHORED':
    case 'VERIFIED':
      return strict && report.warnings.length > 0 ? EXIT.failed : EXIT.ok;
  }
}

function verdictPaint(verdict: Verdict, paint: Paint): (text: string) => string {
  if (verdict === 'VERIFIED') return paint.green;
  return verdict === 'UNANCHORED' ? paint.yellow : paint.red;
}

function faultText(fault: VerifyFault): string {
  switch (fault.type) {
    case 'tampered':
      return `${fault.log} line ${fault.seq}, byte ${fault.offset}: ${fault.why}, ${fault.detail}`;
    case 'truncated':
      return `${fault.log} ends at ${fault.seq}, but a head covers it up to ${fault.head_seq}`;
    case 'missing':
      return `${fault.path} (${fault.what}) is missing`;
    case 'file_changed':
      return `${fault.path} (${fault.what}) is not what ${fault.log} line ${fault.seq} says: ${fault.detail}`;
    case 'not_plain':
      return `${fault.path} (${fault.what}) is not a regular file`;
    case 'unreadable':
      return `${fault.path} cannot be read: ${fault.detail}`;
  }
}

function warningText(warning: VerifyWarning): string {
  switch (warning.type) {
    case 'unanchored':
      return `${warning.log}: ${plural(warning.events, 'event')} not covered by a head yet`;
    case 'torn_tail':
      return `${warning.log}: an incomplete last line at byte ${warning.offset} (${warning.bytes} bytes)`;
    case 'unknown_event':
      return `${warning.log} line ${warning.seq}: ${warning.event_type} is not known to this version`;
    case 'clock_went_back':
      return `${warning.log} line ${warning.seq}: its time is before that of the line above`;
  }
}
