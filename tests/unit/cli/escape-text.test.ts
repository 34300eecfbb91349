import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { escapeText } from '../../../cli/escape-text.ts';

describe('escapeText', () => {
  it('shows terminal escapes instead of obeying them', () => {
    assert.equal(escapeText('a\u001b[31mred\u001b]0;title\u0007'), 'a\\x1b[31mred\\x1b]0;title\\x07');
    assert.equal(escapeText('\u009b2J'), '\\x9b2J');
  });

  it('shows bidi controls, invisible tags and line separators', () => {
    assert.equal(escapeText('a\u202eb\u2066c\u2028d'), 'a\\u{202e}b\\u{2066}c\\u{2028}d');
    assert.equal(escapeText('x\u{e0041}y\ufeff'), 'x\\u{e0041}y\\u{feff}');
  });

  it('keeps text on one line and leaves every language readable', () => {
    assert.equal(escapeText('one\ntwo\r\n\tthree'), 'one\\ntwo\\r\\n  three');
    assert.equal(escapeText('Grüße, 日本語, שלום, 👩‍💻'), 'Grüße, 日本語, שלום, 👩‍💻');
  });

  it('never lets a control character through, and changes nothing the second time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const escaped = escapeText(text);
        assert.doesNotMatch(escaped, /[\p{Cc}\u202a-\u202e\u2066-\u2069\u2028\u2029]/u);
        assert.equal(escapeText(escaped), escaped);
      }),
    );
  });
});
