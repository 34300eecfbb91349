import type { Checkpoint } from '../../protocol/checkpoint.ts';
import type { SignedNote } from '../../protocol/signed-note.ts';

/** Who or what vouches for a checkpoint. */
export type AnchorKind =
  /** The newest checkpoint that this user's machine has seen. */
  | 'user_state'
  /** A git note on the commit of accepted work. */
  | 'git_note'
  /** A note that somebody kept elsewhere: the three lines, or the whole signed note. */
  | 'note'
  /** A token of a time-stamping authority (RFC 3161). */
  | 'rfc3161'
  /** A person's signature (`ssh-keygen -Y`). */
  | 'ssh_signature';

/** A statement from outside of the ledger that it once stood at a checkpoint; its own proof was checked. */
export interface Anchor {
  readonly kind: AnchorKind;
  /** What a person knows it by: a folder, a commit, a file, a signer, an authority. */
  readonly by: string;
  /** When it was made, as it says itself: RFC 3339; null when it does not. */
  readonly time: string | null;
  readonly checkpoint: Checkpoint;
  /** The signed note it came as; null for the bare three lines. */
  readonly note: SignedNote | null;
}
