import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createOutputMeter } from '../../../daemon/workers/output/output-meter.ts';

test('lets pass exactly the limit, whatever the pieces it comes in', () => {
  fc.assert(
    fc.property(fc.nat(1000), fc.array(fc.nat(100)), (limit, pieces) => {
      const meter = createOutputMeter(limit);
      const kept = pieces.reduce((sum, bytes) => sum + meter.take(bytes), 0);
      const total = pieces.reduce((sum, bytes) => sum + bytes, 0);
      assert.equal(kept, Math.min(limit, total));
      assert.equal(meter.isExceeded, total > limit);
    }),
  );
});
