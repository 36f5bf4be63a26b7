import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maskSecrets, secretsOf } from './secrets.ts';

describe('maskSecrets', () => {
  const secret = 'p@ss "w/ö rd"\n+1';
  test.each([
    ['as it is', secret],
    ['in JSON', JSON.stringify({ a: secret })],
    ['in a URL', `https://host/?k=${encodeURIComponent(secret)}`],
    ['in a form', new URLSearchParams({ k: secret }).toString()],
  ])('strikes a secret %s', (_where, text) => {
    const masked = maskSecrets(text, [secret]);
    expect(masked).toContain('****');
    expect(masked).not.toMatch(/ss.*w.*rd/s);
  });

  const key = 'Zk9/+w-_Q2>?~x7R';
  const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');
  test.each(['', 's', 'si', 'sit', 'site', 'a-longer-site-id'])(
    'strikes the Basic form of it behind user "%s"',
    (user) => {
      for (const tail of ['', ':', ':more', '\n']) {
        const plain = base64(`${user}:${key}${tail}`);
        const forms = [
          plain,
          plain.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, ''),
          encodeURIComponent(plain),
          plain.replaceAll('/', '\\/'),
        ];
        for (const form of forms) {
          expect(maskSecrets(`Authorization: Basic ${form}, and so on`, [key])).toBe(
            'Authorization: Basic ****, and so on',
          );
        }
      }
    },
  );

  const odd = `Ab<c>&"d'/é e`;
  test.each([
    ['JSON with escaped slashes', JSON.stringify(odd).slice(1, -1).replaceAll('/', '\\/')],
    ['JSON of letters of ASCII', `Ab\\u003cc\\u003e\\u0026\\"d\\u0027/\\u00e9 e`],
    ['a URL with small digits', encodeURIComponent(odd).replace(/%../g, (code) => code.toLowerCase())],
    ['a page', `Ab&lt;c&gt;&amp;&quot;d'/é e`],
    ['the name of a host', odd.toLowerCase()],
    ['an address that was tidied', new URL(`https://x.example/${odd}`).pathname.slice(1)],
    ['a page of numbers', `Ab&#60;c&#x3E;&#038;&#34;d&#39;/&#xe9; e`],
    ['JSON in JSON', JSON.stringify(JSON.stringify(odd).slice(1, -1)).slice(1, -1)],
  ])('strikes a secret in %s', (_where, text) => {
    expect(maskSecrets(`x ${text} y`, [odd])).toBe('x **** y');
  });

  test('long texts are no trouble', () => {
    const text = `${'a'.repeat(300_000)} ${key}`;
    expect(maskSecrets(text, [key])).toBe(`${'a'.repeat(300_000)} ****`);
  });

  test('a secret within another leaves nothing of either', () => {
    expect(maskSecrets('key=abcd1234efgh', ['1234', 'abcd1234efgh'])).toBe('key=****');
    expect(maskSecrets('k=%26%26%26%26abc', ['%26%26abc', '&&&&abc'])).toBe('k=****');
  });

  test.each([
    ['its lines', '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADAN\nBgkqhkiG9w0B\n-----END PRIVATE KEY-----\n'],
    ['its lines, written with \\n', '-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADAN\\nBgkqhkiG9w0B'],
    ['it without white space', '  MIIEvQIBADAN BgkqhkiG9w0B\n'],
  ])('strikes %s', (_what, secretText) => {
    const masked = maskSecrets('a: MIIEvQIBADAN b: BgkqhkiG9w0B c: MIIEvQIBADAN BgkqhkiG9w0B', [secretText]);
    expect(masked).not.toMatch(/MIIEvQIBADAN BgkqhkiG9w0B/);
    if (secretText.includes('BEGIN')) expect(masked).toBe('a: **** b: **** c: **** ****');
    expect(maskSecrets('It must begin with -----BEGIN PRIVATE KEY-----.', [secretText])).toContain('BEGIN');
  });

  test('short secrets and texts without secrets are left alone', () => {
    expect(maskSecrets('a cat sat', ['cat', '', 'a'])).toBe('a cat sat');
  });

  test('half of a surrogate pair is no fault', () => {
    expect(maskSecrets('x \ud800abc y', ['\ud800abc'])).toBe('x **** y');
  });

  test('no secret survives anywhere in any text', () => {
    const secretText = fc.string({ minLength: 4, unit: 'grapheme' }).filter((text) => !text.includes('*'));
    fc.assert(
      fc.property(secretText, fc.string(), fc.string(), (hidden, before, after) => {
        const text = JSON.stringify({ [before]: `${before}${hidden}${after}` });
        expect(maskSecrets(text, [hidden])).not.toContain(JSON.stringify(hidden).slice(1, -1));
      }),
    );
  });
});

describe('secretsOf', () => {
  const hidden = { type: 'string', airbyte_secret: true };
  const schema = {
    properties: {
      api_key: hidden,
      region: { type: 'string' },
      port: { type: 'integer', airbyte_secret: true },
      keys: { type: 'array', items: { properties: { key: hidden } } },
      account: { type: 'object', airbyte_secret: true },
      warehouse: {
        oneOf: [
          { properties: { password: hidden, user: { type: 'string' } } },
          { properties: { auth: { anyOf: [{ properties: { token: hidden } }] } } },
        ],
      },
    },
  };

  test('are found through properties, items and branches', () => {
    const config = {
      api_key: 'one',
      region: 'us',
      port: 1234567,
      keys: [{ key: 'two' }, { key: 'three', name: 'x' }],
      account: { private_key: 'four', list: ['five'] },
      warehouse: { password: 'six', user: 'u', auth: { token: 'seven' } },
    };
    const found = ['one', '1234567', 'two', 'three', 'four', 'five', 'six', 'seven'];
    expect(secretsOf(config, schema).sort()).toEqual(found.sort());
  });

  test.each([undefined, null, 'text', [], { api_key: null }, { warehouse: 'x' }])(
    'a config that does not fit (%j) has none',
    (config) => {
      expect(secretsOf(config, schema)).toEqual([]);
      expect(secretsOf(config, undefined)).toEqual([]);
    },
  );
});
