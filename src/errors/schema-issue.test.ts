import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { misfit, parseConfig, schemaIssue } from './schema-issue.ts';

const config = z.object({
  host: z.string(),
  mode: z.enum(['fast', 'slow']).optional(),
  hosts: z.array(z.object({ port: z.number() })).optional(),
  login: z
    .discriminatedUnion('type', [
      z.object({ type: z.literal('key'), key: z.string() }),
      z.object({ type: z.literal('none') }),
    ])
    .optional(),
});

function errorOf(value: unknown): z.ZodError {
  const { error } = config.safeParse(value);
  if (error === undefined) throw new Error('it fits');
  return error;
}

describe('what does not fit', () => {
  it.each([
    [{}, 'Config, host: it is missing.'],
    [{ host: 5 }, 'Config, host: it must be a text, but is a number: put it in quotes.'],
    [{ host: 'h', mode: 'hunter2' }, 'Config, mode: it must be fast or slow.'],
    [{ host: 'h', mode: 'FAST' }, 'Config, mode: it must be fast or slow. Did you mean "fast"?'],
    [
      { host: 'h', login: { type: 'keys' } },
      'Config, login.type: it must be key or none. Did you mean "key"?',
    ],
    [{ host: 'h', login: {} }, 'Config, login.type: it is missing: one of key, none.'],
    [
      { host: 'h', hosts: [{ port: '80' }] },
      'Config, hosts[0].port: it must be a number, but is a text: leave out the quotes.',
    ],
    [
      { host: 'h', hosts: { port: 1 } },
      'Config, hosts: it must be a list, but is an object: put it in brackets, [ … ], or begin it with "- ".',
    ],
    [{ host: 'h', hosts: [{ port: 1 }, {}] }, 'Config, hosts[1].port: it is missing.'],
    [{ host: 'h', login: { type: 'key' } }, 'Config, login.key: it is missing.'],
    [
      { host: 'h', hosts: 'hunter2' },
      'Config, hosts: it must be a list, but is a text: put it in brackets, [ … ], or begin it with "- ".',
    ],
    [{ host: null }, 'Config, host: it must be a text, but is empty.'],
    ['hunter2', 'Config: it must be an object, but is a text.'],
  ])('%j is told with its place, never its value', (value, message) => {
    expect(misfit('Config', errorOf(value), value)).toBe(message);
    expect(misfit('Config', errorOf(value), value)).not.toContain('hunter2');
  });

  it('stands within what the person gave', () => {
    expect(schemaIssue(errorOf({}), {}, ['state', 3])).toEqual({
      place: 'state[3].host',
      what: 'it is missing',
    });
  });

  it('is told all at once, a misspelled key not as missing too', () => {
    expect(() => parseConfig('Config', config, { hosst: 'h', mode: 'x', hosts: [{}] })).toThrow(
      'Config: unknown key "hosst". Known are host, mode, hosts, login. Did you mean "host"?\n' +
        'Config, mode: it must be fast or slow.\nConfig, hosts[0].port: it is missing.',
    );
  });
});
