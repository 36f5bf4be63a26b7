import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMessage } from '../protocol/lines/parse-message.ts';
import { exactDigits, parseExactJson } from './exact-json.ts';

const again = (text: string): string => JSON.stringify(parseExactJson(text));

/** A number as sign, digits and power of ten, so that two spellings compare by value. */
function canonical(source: string): string {
  const [, sign = '', whole = '', fraction = '', power = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(source) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const kept = digits.replace(/0+$/, '');
  if (kept === '') return '0';
  return `${sign}${kept}e${Number(power) - fraction.length + digits.length - kept.length}`;
}

describe('a number keeps its value', () => {
  it.each([
    '9007199254740993',
    '99999999999999999999999999999999999999',
    '3.14159265358979323846264338327950288419',
    '-1e400',
    '1.5E-400',
    '4e-324',
    '1.23456e-320',
    '-0',
    '1.10',
    '123456789012345678e-2',
    '1000000000000000000000',
    '0.0000001',
  ])('%s', (source) => {
    expect(canonical(again(source))).toBe(canonical(source));
  });

  it('in any spelling, with an exponent too', () => {
    const number = fc.stringMatching(/^-?(0|[1-9]\d{0,39})(\.\d{1,40})?([eE][+-]?\d{1,3})?$/);
    fc.assert(
      fc.property(number, fc.constantFrom('[', '{"a":', '[0, ', '[\t'), (source, before) => {
        const end = before.startsWith('{') ? '}' : ']';
        const back = /(-?\d[\d.eE+-]*)[\]}]$/.exec(again(`${before}${source}${end}`))?.[1] ?? '';
        expect(canonical(back)).toBe(canonical(source));
      }),
      { numRuns: 3000 },
    );
  });
});

describe('a text with a number that is kept whole', () => {
  it.each(['{"a":1,"a":9007199254740993}', '{"a":9007199254740993,"a":[9007199254740995]}'])(
    'takes the last of two equal names: %s',
    (text) => {
      expect(again(text)).toBe(text.replace(/"a":\d+,/, ''));
    },
  );

  it('is not forged by an object that looks like one', () => {
    expect(exactDigits(parseExactJson('{"rawJSON":"9007199254740993"}'))).toBeUndefined();
    expect(again('{"rawJSON":"1,2","n":9007199254740993}')).toBe('{"rawJSON":"1,2","n":9007199254740993}');
  });
});

describe('a message', () => {
  const read = (text: string) => parseMessage({ text, number: 1 });

  it('may be emitted at nanoseconds', () => {
    const text = '{"type":"RECORD","record":{"stream":"s","data":{},"emitted_at":1700000000000000001}}';
    expect(read(text)).toMatchObject({ record: { emitted_at: 1.7e18 } });
  });

  it('has its counts as numbers', () => {
    const text = '{"type":"STATE","state":{"sourceStats":{"recordCount":9007199254740993}}}';
    expect(read(text)).toMatchObject({ state: { sourceStats: { recordCount: 2 ** 53 } } });
  });

  it('pollutes no prototype', () => {
    read('{"type":"LOG","__proto__":{"y":1},"log":{"level":"INFO","message":"m","__proto__":{"y":1}}}');
    expect(({} as Record<string, unknown>).y).toBeUndefined();
  });
});
