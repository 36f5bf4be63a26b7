import { describe, expect, it } from 'vitest';
import { proxyFor } from './proxy.ts';

const track = 'https://track.customer.io';
const proxyOf = (target: string, env: Record<string, string>) => proxyFor(new URL(target), env);
const at = (host: string, port: number, secure = false) => ({ host, port, secure });

describe('the proxy of a target', () => {
  it.each([
    [track, { HTTPS_PROXY: 'http://p.example:3128' }, at('p.example', 3128)],
    [track, { https_proxy: 'http://p.example:3128' }, at('p.example', 3128)],
    [track, { https_proxy: 'http://a.example', HTTPS_PROXY: 'http://b.example' }, at('a.example', 80)],
    [track, { https_proxy: '', HTTPS_PROXY: 'http://b.example' }, at('b.example', 80)],
    [track, { HTTPS_PROXY: 'p.example:3128' }, at('p.example', 3128)],
    [track, { HTTPS_PROXY: 'p.example' }, at('p.example', 80)],
    [track, { HTTPS_PROXY: 'https://p.example' }, at('p.example', 443, true)],
    [track, { HTTPS_PROXY: 'HTTP://p.example:1/' }, at('p.example', 1)],
    [track, { HTTPS_PROXY: 'http://[fd00::1]:3128' }, at('fd00::1', 3128)],
    ['http://in.example', { HTTP_PROXY: 'http://p.example:3128' }, at('p.example', 3128)],
    ['http://127.0.0.1:8040', { HTTP_PROXY: 'http://127.0.0.1:3128' }, at('127.0.0.1', 3128)],
  ])('%s by %j', (target, env, proxy) => {
    expect(proxyOf(target, env)).toMatchObject(proxy);
  });

  it.each([
    [track, {}],
    [track, { HTTP_PROXY: 'http://p.example' }],
    ['http://in.example', { HTTPS_PROXY: 'http://p.example' }],
    [track, { HTTPS_PROXY: '' }],
    [track, { HTTPS_PROXY: '  ' }],
    // To a proxy elsewhere, it would be the proxy's own machine.
    ['http://127.0.0.1:8040', { HTTP_PROXY: 'http://p.example:3128' }],
    ['http://localhost:8040', { HTTP_PROXY: 'http://p.example:3128' }],
    ['http://[::1]:8040', { HTTP_PROXY: 'http://p.example:3128' }],
  ])('%s by %j is none', (target, env) => {
    expect(proxyOf(target, env)).toBeUndefined();
  });

  it('takes user and password as they were meant, and tells neither', () => {
    const proxy = proxyOf(track, { HTTPS_PROXY: 'http://us%40er:p%3Ass%zz@p.example:3128' });
    expect(proxy?.authorization).toBe(`Basic ${Buffer.from('us@er:p%3Ass%zz').toString('base64')}`);
    expect(proxy?.label).toBe('the proxy http://p.example:3128 (HTTPS_PROXY)');
  });

  it.each([
    'socks5://s3cret@p.example:1080',
    'http://',
    'http://s3cret:x@:80',
    'ftp://p.example',
    'a b c s3cret',
  ])('%s is none, which is said without the value', (value) => {
    const call = () => proxyOf(track, { HTTPS_PROXY: value });
    expect(call).toThrow(/HTTPS_PROXY does not contain the address of an HTTP proxy/);
    expect(call).not.toThrow(/s3cret/);
  });
});

describe('NO_PROXY', () => {
  it.each([
    ['*', track, true],
    ['track.customer.io', track, true],
    ['customer.io', track, true],
    ['.customer.io', track, true],
    ['*.customer.io', track, true],
    ['Customer.IO', track, true],
    ['a.example, customer.io', track, true],
    ['a.example customer.io', track, true],
    ['track.customer.io:443', track, true],
    ['track.customer.io:8443', track, false],
    ['customer.io:8443', 'https://x.customer.io:8443', true],
    ['tomer.io', track, false],
    ['cdp.customer.io', track, false],
    ['io.example', track, false],
    ['.', track, false],
    ['10.0.0.7', 'https://10.0.0.7', true],
    ['10.0.0.0/8', 'https://10.1.2.3', true],
    ['10.0.0.0/8', 'https://11.1.2.3', false],
    ['0.0.7', 'https://10.0.0.7', false],
    ['10.0.0.0/99', 'https://10.1.2.3', false],
    ['10.0.0.0/8', track, false],
    ['fd00::/8', 'https://[fd12::1]', true],
    ['[fd12::1]', 'https://[fd12::1]', true],
    ['[fd12::1]:443', 'https://[fd12::1]', true],
    ['fd00::/8', 'https://10.1.2.3', false],
  ])('%s, and %s', (noProxy, target, exempt) => {
    for (const name of ['NO_PROXY', 'no_proxy']) {
      const proxy = proxyOf(target, { HTTPS_PROXY: 'http://p.example', [name]: noProxy });
      expect(proxy === undefined).toBe(exempt);
    }
  });
});
