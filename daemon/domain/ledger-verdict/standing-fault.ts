import type { Verdict } from './verdict.ts';

/** What is wrong with how a project log stands to its checkpoint, its keys and its anchors. */
export type StandingFault =
  /** The log has keys, so it has to have a checkpoint. */
  | { readonly type: 'checkpoint_missing' }
  /** The file is no checkpoint of this log, or not rightly signed by the key in force. */
  | { readonly type: 'checkpoint_invalid'; readonly detail: string }
  /** The ledger's own checkpoint covers more lines than there are. */
  | { readonly type: 'checkpoint_ahead'; readonly size: number; readonly lines: number }
  /** A checkpoint tells of other lines; from `seq` on, nothing vouches for those that are here. */
  | {
      readonly type: 'not_vouched';
      readonly log: string;
      readonly seq: number;
      /** How many lines the checkpoint covers, and whose it is. */
      readonly size: number;
      readonly by: string;
    }
  /** The key that signed these lines also signed others in their place. */
  | { readonly type: 'forked'; readonly size: number; readonly by: string; readonly key_id: string }
  /** A checkpoint kept elsewhere covers more lines than there are. */
  | { readonly type: 'rolled_back'; readonly size: number; readonly lines: number; readonly by: string }
  /** A line about a key claims what is not true. */
  | {
      readonly type: 'key_invalid';
      readonly log: string;
      readonly seq: number;
      readonly key_id: string;
    }
  /** The checkpoint is signed by a key that the trusted one did not hand over to. */
  | { readonly type: 'key_untrusted'; readonly key_id: string; readonly signed_by: string }
  /** Nothing here is signed, so a trusted key proves nothing. */
  | { readonly type: 'key_unproven'; readonly key_id: string };

/** What somebody should know about the keys. */
export interface KeyWarning {
  /** A key took over that the key before it did not speak for. */
  readonly type: 'key_replaced';
  readonly log: string;
  readonly seq: number;
  readonly key_id: string;
}

/** The project log, relative to the project folder. */
export const PROJECT_LOG = 'events.jsonl';

/** The verdict that each fault leads to. */
export const STANDING_VERDICTS = {
  checkpoint_missing: 'CANNOT_VERIFY',
  checkpoint_invalid: 'TAMPERED',
  checkpoint_ahead: 'TRUNCATED',
  not_vouched: 'TAMPERED',
  forked: 'FORKED',
  rolled_back: 'ROLLED_BACK',
  key_invalid: 'TAMPERED',
  key_untrusted: 'TAMPERED',
  key_unproven: 'CANNOT_VERIFY',
} as const satisfies Readonly<Record<StandingFault['type'], Verdict>>;
