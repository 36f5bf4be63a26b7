import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { registry } from '../support/registry.ts';
import { formProblems, incompatibilities, isSchema, type Schema } from '../support/spec-rules.ts';

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const text = (path: string): string => readFileSync(at(path), 'utf8');
const json = (path: string): Record<string, unknown> => JSON.parse(text(path));

function printedSpec(executable: string): unknown {
  return JSON.parse(execFileSync(at(executable), ['spec'], { encoding: 'utf8' })).spec;
}

function formOf(spec: Record<string, unknown>): Schema {
  if (!isSchema(spec.connectionSpecification)) throw new Error('no connectionSpecification');
  return spec.connectionSpecification;
}

const connectors = [
  { role: 'source', executable: 'bin/source-nexus', folder: '', target: 'source' },
  {
    role: 'destination',
    executable: 'bin/destination-customer-io',
    folder: 'destination-customer-io/',
    target: 'destination',
  },
];

describe('the registry', () => {
  it('is what `npm run docs` writes', () => {
    expect(json('deploy/airbyte/registries/v0/oss_registry.json')).toEqual(registry());
  });

  it('lets data activation reach the destination, whose images are those of the connectors', () => {
    expect(registry()).toMatchObject({
      sources: [{ name: 'Nexus', dockerRepository: 'nexus-customer-io/source-nexus' }],
      destinations: [
        { dockerRepository: 'nexus-customer-io/destination-customer-io', supportsDataActivation: true },
      ],
    });
  });
});

describe.each(connectors)('the $role', ({ role, executable, folder, target }) => {
  const spec = json(`${folder}spec.json`);

  it('has a spec.json equal to what spec prints', () => {
    expect(spec).toEqual(printedSpec(executable));
  });

  it('has a form that breaks no rule of the acceptance tests', () => {
    expect(formProblems(formOf(spec))).toEqual([]);
  });

  it('has fields in groups that the form names', () => {
    const groups = formOf(spec).groups;
    const known = Array.isArray(groups) ? groups.map(({ id }) => id) : [];
    const used = Object.values(formOf(spec).properties ?? {}).map(({ group }) => group);
    expect([...new Set(used)]).toEqual(known);
  });

  it('takes the configs of its acceptance tests, and each example and default of its fields', () => {
    const ajv = new Ajv({ strict: false });
    addFormats.default(ajv);
    const validate = ajv.compile(formOf(spec));
    expect(validate(json(`${folder}integration_tests/config.json`)), JSON.stringify(validate.errors)).toBe(
      true,
    );
    for (const field of fieldsOf(formOf(spec))) {
      const values = [...(Array.isArray(field.examples) ? field.examples : []), field.default];
      const { $schema: _, ...alone } = field;
      const fits = ajv.compile(alone);
      for (const value of values)
        if (value !== undefined) expect(fits(value), JSON.stringify(value)).toBe(true);
    }
  });

  it('still takes every config that an earlier release took', () => {
    const released = readdirSync(at('integration_tests/golden/specs')).filter((name) =>
      name.endsWith(`-${role}.json`),
    );
    expect(released).not.toEqual([]);
    for (const name of released) {
      const before = formOf(json(`integration_tests/golden/specs/${name}`));
      expect(incompatibilities(before, formOf(spec)), name).toEqual([]);
    }
  });

  it('says of name and version in the image what the metadata says', () => {
    const { data } = parse(text(`${folder}metadata.yaml`));
    const stage = text('Dockerfile').split(`AS ${target}\n`)[1]?.split('\nFROM')[0] ?? '';
    expect(data.dockerImageTag).toBe(json('package.json').version);
    expect(stage).toContain(
      `io.airbyte.name=${data.dockerRepository} io.airbyte.version=${data.dockerImageTag}`,
    );
    const entryPoint: string[] = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(stage)?.[1] ?? '[]');
    expect(stage).toContain(`AIRBYTE_ENTRYPOINT="${entryPoint.join(' ')}"`);
    expect(text(`${folder}${data.icon}`)).toMatch(/^<svg /);
  });
});

describe('the image', () => {
  const stage = text('Dockerfile').split('AS connector\n')[1]?.split('\nFROM')[0] ?? '';

  it('says by OCI labels what it is and what it is made on', () => {
    const { name, version, license } = json('package.json');
    const label = (key: string) =>
      new RegExp(`org\\.opencontainers\\.image\\.${key}=(\\S+)`).exec(stage)?.[1];
    expect([label('title'), label('version'), label('licenses')]).toEqual([name, version, license]);
    expect([label('revision'), label('base\\.name')]).toEqual(
      ['REVISION', 'NODE_IMAGE'].map((name) => `$\{${name}}`),
    );
  });

  it('is made on a base that whoever builds it can pin, and has no package manager', () => {
    expect(text('Dockerfile')).toMatch(/^ARG NODE_IMAGE=node:24-slim\n\nFROM \$\{NODE_IMAGE\} AS base$/m);
    for (const path of ['lib/node_modules/npm', 'bin/npm', 'bin/npx']) {
      expect(stage).toContain(` /usr/local/${path}`);
    }
  });
});

function fieldsOf(schema: Schema): Schema[] {
  const inner = [...Object.values(schema.properties ?? {}), schema.items, ...[schema.oneOf ?? []].flat()];
  return [schema, ...inner.filter(isSchema).flatMap(fieldsOf)];
}

describe('the checks themselves', () => {
  const field = { type: 'string', title: 'A', description: 'A.', order: 0 };
  const form = (properties: Record<string, unknown>, more: Schema = {}): Schema => ({
    type: 'object',
    properties,
    ...more,
  });

  it.each<[string, Schema]>([
    ['a secret is marked', form({ password: field })],
    ['no order is taken twice', form({ a: field, b: field })],
    ['it has anyOf', form({ a: { ...field, anyOf: [] } })],
    ['one const is common', form({ a: { ...field, type: 'object', oneOf: [form({ b: field })] } })],
    ['it takes more fields', form({}, { additionalProperties: false })],
    ['a type is one', form({ a: { ...field, type: ['string', 'integer'] } })],
    ['a field has title', form({ a: { type: 'string', order: 0 } })],
  ])('see that %s', (problem, broken) => {
    expect(formProblems(broken).join('\n')).toContain(problem);
  });

  it.each<[string, Schema, Schema]>([
    ['/a is gone', form({ a: field }), form({})],
    ['b became required', form({ a: field }), form({ a: field, b: field }, { required: ['b'] })],
    ['type string is gone', form({ a: field }), form({ a: { ...field, type: 'integer' } })],
    ['value x is gone', form({ a: { ...field, enum: ['x', 'y'] } }), form({ a: { ...field, enum: ['y'] } })],
  ])('see that %s', (problem, before, now) => {
    expect(incompatibilities(before, now).join('\n')).toContain(problem);
  });
});
