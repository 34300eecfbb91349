/** An Ed25519 key pair at hand: it signs, and tells who signed. */
export interface Signer {
  /** SHA-256 of the 32 bytes of the public key, in hexadecimal. */
  readonly key_id: string;
  /** 32 bytes in base64. */
  readonly public_key: string;
  /** Signs a message (RFC 8032); a string is taken as its UTF-8 bytes. Answers 64 bytes. */
  sign(message: string | Uint8Array): Uint8Array;
}

/** The keys of this user: the one that signs now, and those it replaced. */
export interface KeyRing {
  readonly current: Signer;
  /** A key that signed once; null when it is not at hand. */
  retired(keyId: string): Signer | null;
}
