import { describe, expect, it } from 'vitest';
import { accountKey, snowflakeAddress } from './address.ts';

const addressOf = (account: string, rest: { host?: string; access_url?: string } = {}): string => {
  const found = snowflakeAddress({ account, ...rest });
  return `${found.account} at ${found.accessUrl}`;
};

const own = 'myorg-acct at https://myorg-acct.snowflakecomputing.com';

describe('an account', () => {
  it.each([
    ['myorg-acct', own],
    ['  myorg-acct\n', own],
    ['"myorg-acct"', own],
    ['myorg.acct', own],
    ['myorg/acct', own],
    ['myorg-acct.snowflakecomputing.com', own],
    ['https://myorg-acct.snowflakecomputing.com', own],
    ['https://myorg-acct.snowflakecomputing.com/', own],
    ['https://myorg-acct.snowflakecomputing.com/console/login#/', own],
    ['https://app.snowflake.com/myorg/acct', own],
    ['https://app.snowflake.com/myorg/acct/', own],
    ['app.snowflake.com/myorg/acct/w1a2b3#query', own],
    ['https://app.snowflake.com/myorg/acct/#/data/databases', own],
    ['MyOrg-ACCT', 'MyOrg-ACCT at https://myorg-acct.snowflakecomputing.com'],
    ['myorg-my_acct', 'myorg-my_acct at https://myorg-my-acct.snowflakecomputing.com'],
    [
      'https://myorg-acct.snowflakecomputing.com:8443/x',
      'myorg-acct at https://myorg-acct.snowflakecomputing.com:8443',
    ],
    ['xy12345', 'xy12345 at https://xy12345.snowflakecomputing.com'],
    ['xy12345.us-west-2', 'xy12345 at https://xy12345.snowflakecomputing.com'],
    ['xy12345.us-west-2.aws', 'xy12345 at https://xy12345.snowflakecomputing.com'],
    ['xy12345.us-east-1', 'xy12345.us-east-1 at https://xy12345.us-east-1.snowflakecomputing.com'],
    [
      'xy12345.west-europe.azure',
      'xy12345.west-europe.azure at https://xy12345.west-europe.azure.snowflakecomputing.com',
    ],
    [
      'xy12345.us-east-1.privatelink',
      'xy12345.us-east-1.privatelink at https://xy12345.us-east-1.privatelink.snowflakecomputing.com',
    ],
    [
      'myorg-acct.privatelink',
      'myorg-acct.privatelink at https://myorg-acct.privatelink.snowflakecomputing.com',
    ],
    [
      'https://app.snowflake.com/us-east-1/xy12345/dashboards',
      'xy12345.us-east-1 at https://xy12345.us-east-1.snowflakecomputing.com',
    ],
    ['https://app-team.snowflakecomputing.com/', 'app-team at https://app-team.snowflakecomputing.com'],
    [
      'https://app-myorg-acct.privatelink.snowflakecomputing.com/myorg/acct/',
      'myorg-acct.privatelink at https://myorg-acct.privatelink.snowflakecomputing.com',
    ],
    ['https://app.us-east-1.privatelink.snowflakecomputing.com/myorg/acct', own],
    ['https://app.snowflake.com/us-west-2/xy12345', 'xy12345 at https://xy12345.snowflakecomputing.com'],
    [
      'xy12345.cn-northwest-1',
      'xy12345.cn-northwest-1 at https://xy12345.cn-northwest-1.snowflakecomputing.cn',
    ],
    ['https://myorg-acct.snowflakecomputing.cn/', 'myorg-acct at https://myorg-acct.snowflakecomputing.cn'],
    ['https://app.snowflake.cn/myorg/acct', 'myorg-acct at https://myorg-acct.snowflakecomputing.cn'],
  ])('written %s', (account, expected) => {
    expect(addressOf(account)).toBe(expected);
  });

  it.each(['my org-acct', 'https://snowflake.example.com/x', '-', 'a.b.c', 'myorg--acct!'])(
    'is not %s',
    (account) => {
      expect(() => addressOf(account)).toThrow(
        /is not an account identifier: it is <organisation>-<account>/,
      );
    },
  );

  it('is not in the start page of Snowsight', () => {
    expect(() => addressOf('https://app.snowflake.com/')).toThrow(/names no account/);
  });
});

describe('a host', () => {
  it.each([
    [
      'myorg-acct.privatelink.snowflakecomputing.com',
      'https://myorg-acct.privatelink.snowflakecomputing.com',
    ],
    ['https://my_org-acct.snowflakecomputing.com/', 'https://my-org-acct.snowflakecomputing.com'],
    ['https://app.snowflake.com/other/one/', 'https://other-one.snowflakecomputing.com'],
    ['snowflake.internal.example:8443', 'https://snowflake.internal.example:8443'],
    ['HTTPS://snowflake.internal.example/path', 'https://snowflake.internal.example'],
    ['other-one', 'https://other-one.snowflakecomputing.com'],
    ['localhost:8080', 'https://localhost:8080'],
    ['  ', 'https://myorg-acct.snowflakecomputing.com'],
  ])('written %s', (host, expected) => {
    expect(addressOf('myorg-acct', { host })).toBe(`myorg-acct at ${expected}`);
  });

  it('is no text with blanks', () => {
    expect(() => addressOf('a', { host: 'my host' })).toThrow(/warehouse.host "my host" is not a host name/);
  });
});

it.each([
  ['http://127.0.0.1:8080/', 'http://127.0.0.1:8080'],
  ['https://app.snowflake.com/other/one', 'https://other-one.snowflakecomputing.com'],
])('takes the access address %s', (access_url, expected) => {
  expect(addressOf('myorg-acct', { access_url })).toBe(`myorg-acct at ${expected}`);
});

it.each([
  ['MyOrg-My_Acct', 'myorg-my-acct'],
  ['https://app.snowflake.com/myorg/my_acct/', 'myorg-my-acct'],
  ['myorg.my_acct', 'myorg-my-acct'],
  ['myorg-my-acct.privatelink', 'myorg-my-acct'],
  ['XY12345.us-west-2', 'xy12345'],
  ['xy12345.us-east-1.privatelink', 'xy12345.us-east-1'],
])('tells one account by one key, written %s', (account, key) => {
  expect(accountKey({ account })).toBe(key);
});
