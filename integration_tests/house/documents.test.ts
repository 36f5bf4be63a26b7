import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { buildProgram } from '../../src/commands/program.ts';
import { destinationConfig } from '../../src/destination/config.ts';
import { sourceConfig } from '../../src/source/config.ts';
import { references } from '../support/reference/references.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const text = (path: string): string => readFileSync(join(root, path), 'utf8');

/** All that a person reads beside the code. The specification is another's. */
const documents = globSync(['*.md', 'docs/**/*.md', 'bench/*.md', '.github/**/*.md'], { cwd: root }).filter(
  (path) => path !== 'docs/customer-io-integration.md',
);

describe('the references', () => {
  it.each(Object.entries(references))('%s is what `npm run docs` writes', (path, write) => {
    expect(text(path)).toBe(write());
  });

  it('name every setting and every command', () => {
    const configuration = text('docs/configuration.md');
    const settings = [sourceConfig, destinationConfig].flatMap(({ shape }) => Object.keys(shape));
    expect(settings.filter((name) => !configuration.includes(`| \`${name}\` |`))).toEqual([]);
    const reference = text('docs/commands.md');
    const names = buildProgram(() => undefined).commands.map((command) => command.name());
    expect(names.filter((name) => !reference.includes(`nexus-customer-io ${name}`))).toEqual([]);
  });
});

/** As GitHub makes an anchor of a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');
}

const anchorsOf = (markdown: string): string[] =>
  [...markdown.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchorOf(heading ?? ''));

/** The links of a document to files and headings that are not there. */
function brokenLinks(path: string, markdown: string): string[] {
  return [...markdown.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target ?? '')
    .filter((target) => !/^(?:https?|mailto):/.test(target) && !isThere(path, target, markdown))
    .map((target) => `${path}: ${target}`);
}

function isThere(path: string, target: string, markdown: string): boolean {
  const [file = '', anchor] = target.split('#');
  const whole = join(root, dirname(path), file);
  if (file !== '' && !existsSync(whole)) return false;
  if (anchor === undefined) return true;
  return anchorsOf(file === '' ? markdown : readFileSync(whole, 'utf8')).includes(anchor);
}

/** Files and folders of the project that a document names in code letters and that are not there; NAME is any name. */
function lostPaths(path: string, markdown: string): string[] {
  return [...markdown.matchAll(/`((?:src|integration_tests|bench|models|docs|\.ci)\/[\w./-]*)`/g)]
    .map(([, name]) => name ?? '')
    .filter((name) => !name.includes('NAME') && !existsSync(join(root, name)))
    .map((name) => `${path}: ${name}`);
}

describe('the documents', () => {
  it('are found', () => {
    expect(documents).toEqual(expect.arrayContaining(['README.md', 'docs/source.md', 'bench/README.md']));
  });

  it('link to what is there', () => {
    expect(documents.flatMap((path) => brokenLinks(path, text(path)))).toEqual([]);
    expect(brokenLinks('README.md', '[a](docs/none.md) [b](#none) [c](docs/source.md#none)')).toHaveLength(3);
    expect(brokenLinks('README.md', '# A `b` c\n[a](#a-b-c) [b](docs/source.md#prerequisites)')).toEqual([]);
  });

  it('name files that are there', () => {
    expect(documents.flatMap((path) => lostPaths(path, text(path)))).toEqual([]);
    expect(lostPaths('README.md', '`src/none.ts` `src/main.ts` `integration_tests/house/`')).toEqual([
      'README.md: src/none.ts',
    ]);
  });
});

/** Words of a translation, each with what English says instead. */
const stiff: readonly (readonly [RegExp, string])[] = [
  [/\bunless told\b/i, 'by default'],
  [/\bof its own accord\b/i, 'by itself'],
  [/\bthereof\b|\bwhereof\b|\btherein\b/i, 'of it'],
  [/\bbe it\b/i, 'whether'],
  [/\bwhat removed rows do\b/i, 'what to do with removed rows'],
];

const stiffWords = (path: string, content: string): string[] =>
  stiff.flatMap(([words, better]) =>
    words.test(content) ? [`${path}: ${words.exec(content)?.[0]}: say "${better}"`] : [],
  );

describe('the words', () => {
  const read = [...documents, 'spec.json', 'destination-customer-io/spec.json'];
  const code = globSync('src/**/*.ts', { cwd: root }).filter((path) => !path.endsWith('.test.ts'));

  it('are plain English', () => {
    expect(code.length).toBeGreaterThan(200);
    expect([...read, ...code].flatMap((path) => stiffWords(path, text(path)))).toEqual([]);
    expect(stiffWords('a.md', 'It is main unless told.')).toEqual(['a.md: unless told: say "by default"']);
  });
});

describe('a release', () => {
  it('has the version of package.json as the newest of the changelog', () => {
    const { version } = JSON.parse(text('package.json')) as { version: string };
    const sections = [...text('CHANGELOG.md').matchAll(/^## \[([^\]]+)\](?: - (\S+))?$/gm)];
    const released = sections.filter(([, name]) => name !== 'Unreleased');
    expect(sections[0]?.[1]).toBe('Unreleased');
    expect(released[0]?.slice(1)).toEqual([version, expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/)]);
    for (const path of ['docs/source.md', 'docs/destination.md']) {
      expect(text(path)).toContain(`| ${version} | ${released[0]?.[2]} |`);
    }
  });
});

describe('ARCHITECTURE.md', () => {
  it('has each room of src in its table', () => {
    const rooms = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    const architecture = text('ARCHITECTURE.md');
    expect(rooms.length).toBeGreaterThan(10);
    expect(
      rooms.map(({ name }) => name).filter((name) => !architecture.includes(`| \`src/${name}/\` |`)),
    ).toEqual([]);
  });
});

describe('the decisions', () => {
  const records = globSync('docs/decisions/[0-9]*.md', { cwd: root }).toSorted();

  it.each(records)('%s has its number, a date, a figure, and what would overturn it', (path) => {
    const record = text(path);
    const number = Number(/(\d{3})-/.exec(path)?.[1]);
    expect(record).toMatch(new RegExp(`^# ${number}\\. `));
    expect(record).toMatch(/^\d{4}-\d{2}-\d{2}/m);
    for (const part of ['Question', 'Decision', 'Figures', 'What would overturn it']) {
      expect(record).toContain(`**${part}.**`);
    }
  });

  it('are all listed', () => {
    const list = text('docs/decisions/README.md');
    expect(records.length).toBeGreaterThan(14);
    expect(records.filter((path) => !list.includes(path.replace('docs/decisions/', '')))).toEqual([]);
  });
});
