import type { VerifyFault, VerifyWarning } from '../../daemon/ledger/verify-report.ts';
import { plural, shortHash } from '../render/format.ts';

/** A fault for a person, with its place. */
export function faultText(fault: VerifyFault): string {
  switch (fault.type) {
    case 'tampered':
      return `${fault.log} line ${fault.seq}, byte ${fault.offset}: ${fault.why}, ${fault.detail}`;
    case 'truncated':
      return `${fault.log} ends at ${fault.seq}, but a head covers it up to ${fault.head_seq}`;
    case 'log_missing':
      return `${fault.path} is missing`;
    case 'missing':
      return `${fault.path} (${fault.what}), named by ${fault.log} line ${fault.seq}, is missing`;
    case 'file_changed':
      return `${fault.path} (${fault.what}) is not what ${fault.log} line ${fault.seq} says: ${fault.detail}`;
    case 'not_plain':
      return `${fault.path} (${fault.what}) is not a regular file`;
    case 'unreadable':
      return `${fault.path} cannot be read: ${fault.detail}`;
    case 'disclosure_wrong':
      return `disclosure.json: ${fault.detail}`;
    case 'checkpoint_missing':
      return 'there is no checkpoint file, although the log tells of a signing key';
    case 'checkpoint_invalid':
      return `the checkpoint file cannot be relied on: ${fault.detail}`;
    case 'checkpoint_ahead':
      return `the checkpoint covers ${plural(fault.size, 'line')} of the project log, which has ${fault.lines}`;
    case 'not_vouched':
      return `${fault.by} saw other lines up to ${fault.size}: from line ${fault.seq} on nothing vouches for these`;
    case 'forked':
      return `${fault.by} has other lines up to ${fault.size}, and both sides are signed by key ${shortHash(fault.key_id)}`;
    case 'rolled_back':
      return `${fault.by} saw ${plural(fault.size, 'line')} of the project log, which has ${fault.lines}`;
    case 'key_invalid':
      return `${fault.log} line ${fault.seq}: key ${shortHash(fault.key_id)} is not what it claims, or not handed over to`;
    case 'key_untrusted':
      return `signed by key ${shortHash(fault.signed_by)}, which the trusted key ${shortHash(fault.key_id)} did not hand over to`;
    case 'key_unproven':
      return `nothing here is signed by the trusted key ${shortHash(fault.key_id)}`;
  }
}

/** A warning for a person, with its place. */
export function warningText(warning: VerifyWarning): string {
  switch (warning.type) {
    case 'unanchored':
      return `${warning.log}: ${plural(warning.events, 'event')} not covered by a head yet`;
    case 'torn_tail':
      return `${warning.log}: an incomplete last line at byte ${warning.offset} (${warning.bytes} bytes)`;
    case 'unknown_event':
      return `${warning.log} line ${warning.seq}: ${warning.event_type} is not known to this version`;
    case 'unnamed_segment':
      return `${warning.log}: ${warning.file} lies beside it, and the project log does not tell of it`;
    case 'clock_went_back':
      return `${warning.log} line ${warning.seq}: its time is before that of the line above`;
    case 'anchor_reset':
      return `${warning.log} line ${warning.seq}: a person accepted that ${plural(warning.seen_size, 'line')} seen before are not continued`;
    case 'key_replaced':
      return `${warning.log} line ${warning.seq}: key ${shortHash(warning.key_id)} took over, and the key before did not sign for it`;
  }
}
