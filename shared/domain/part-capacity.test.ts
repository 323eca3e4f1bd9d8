import { describe, expect, it } from 'vitest';
import { maxHeaderOctets, partCapacity } from './part-capacity.ts';

describe('what a part holds', () => {
  it.each([
    ['gsm-7', 0, 160, 153],
    ['ucs-2', 0, 70, 67],
    ['8-bit', 0, 140, 134],
    // A header of one's own. Of 133 octets 152 septets are left, 8 bits of them as fill.
    ['gsm-7', 7, 152, 146],
    ['ucs-2', 7, 66, 64],
    ['8-bit', 7, 133, 128],
    ['gsm-7', 6, 153, 147],
    ['gsm-7', maxHeaderOctets, 10, 4],
    ['ucs-2', maxHeaderOctets, 4, 2],
  ] as const)('%s with a header of %i: %i, or %i in each of several', (encoding, header, single, each) => {
    expect(partCapacity(encoding, header)).toEqual({ single, each });
  });

  it('refuses a header that leaves no room', () => {
    for (const octets of [-1, 1.5, Number.NaN, maxHeaderOctets + 1]) {
      expect(() => partCapacity('8-bit', octets)).toThrow(RangeError);
    }
  });
});
