import { dssePreAuthEncoding } from '../../protocol/dsse.ts';
import { keyRotationMessage } from '../../protocol/signing-keys.ts';
import { FIRST_KEY, SECOND_KEY, SHOP, STRANGER } from './archive-case.ts';
import { checkpointOf } from './write-log.ts';

/** Keys, signed checkpoints, a rotation and a DSSE envelope, right and wrong. */
export function noteVectors(): unknown {
  const { log_id } = SHOP.project;
  const checkpoint = checkpointOf(SHOP.project);
  const note = SECOND_KEY.signCheckpoint(checkpoint);
  const message = keyRotationMessage(log_id, FIRST_KEY.key_id, SECOND_KEY.key_id);
  const [type, body] = ['application/vnd.in-toto+json', '{"ü":1}'];
  const pre = dssePreAuthEncoding(type, body);
  const by = SECOND_KEY.verifierKey(log_id);
  return {
    keys: [FIRST_KEY, SECOND_KEY, STRANGER].map((key, index) => {
      const { key_id, public_key } = key;
      return {
        seed: Buffer.alloc(32, index + 1).toString('hex'),
        public_key,
        key_id,
        vkey: key.verifierKey(log_id),
      };
    }),
    notes: [
      { name: 'rightly signed', note, vkey: by, valid: true },
      { name: 'by another key', note, vkey: STRANGER.verifierKey(log_id), valid: false },
      {
        name: 'over another size',
        note: note.replace(`\n${checkpoint.size}\n`, `\n${checkpoint.size + 1}\n`),
        vkey: by,
        valid: false,
      },
      {
        name: 'without its signature',
        note: note.slice(0, note.indexOf('\n\n') + 1),
        vkey: by,
        valid: false,
      },
      {
        name: 'with a signature of another name',
        note: note.replace('— reeve/', '— other/'),
        vkey: by,
        valid: false,
      },
    ],
    rotations: [
      {
        name: 'signed by the key before',
        message,
        public_key: FIRST_KEY.public_key,
        signature: FIRST_KEY.sign(message),
        valid: true,
      },
      {
        name: 'signed by itself',
        message,
        public_key: FIRST_KEY.public_key,
        signature: SECOND_KEY.sign(message),
        valid: false,
      },
    ],
    dsse: {
      payloadType: type,
      body,
      pre_auth_encoding: pre,
      public_key: SECOND_KEY.public_key,
      signature: SECOND_KEY.sign(pre),
    },
  };
}
