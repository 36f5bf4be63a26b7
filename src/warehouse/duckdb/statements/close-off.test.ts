import { copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Access, Warehouse } from '../../warehouse.ts';
import { duckdbWarehouse } from '../duckdb.ts';

let folder: string;
const opened: Warehouse[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'duckdb-closed-'));
});

afterEach(async () => {
  for (const warehouse of opened.splice(0)) await warehouse.close();
  await rm(folder, { recursive: true });
});

async function database(path: string, ...statements: readonly string[]): Promise<void> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  for (const statement of statements) await connection.run(statement);
  connection.closeSync();
  instance.closeSync();
}

async function open(
  path: string,
  rest: { external_access?: boolean } = {},
  access: Access = 'read',
): Promise<Warehouse> {
  const warehouse = await duckdbWarehouse({ type: 'duckdb', path, ...rest }, access);
  opened.push(warehouse);
  return warehouse;
}

const parquet = (path: string, select: string): Promise<void> =>
  database(':memory:', `COPY (${select}) TO '${path.replaceAll("'", "''")}' (FORMAT parquet)`);

/** An empty database, and a text and a parquet file beside it. */
async function fileWarehouse(): Promise<string> {
  const path = join(folder, 'w.duckdb');
  await writeFile(join(folder, 'secret.txt'), 'a secret');
  await parquet(join(folder, 'beside.parquet'), 'SELECT 1 AS one');
  await database(
    path,
    'CREATE TABLE t AS SELECT 1 AS a',
    `CREATE VIEW outside AS FROM read_parquet('${join(folder, 'beside.parquet')}')`,
  );
  return path;
}

describe('SQL reaches the warehouse and nothing else', () => {
  it.each([
    [`SELECT * FROM read_text('FOLDER/secret.txt')`],
    [`SELECT * FROM read_blob('/proc/self/environ')`],
    [`SELECT * FROM read_csv('FOLDER/secret.txt')`],
    [`SELECT * FROM 'FOLDER/beside.parquet'`],
    [`SELECT * FROM outside`],
    [`SELECT * FROM glob('FOLDER/*')`],
    [`SELECT * FROM sniff_csv('FOLDER/secret.txt')`],
    [`SELECT * FROM read_parquet('https://example.com/x.parquet')`],
    [`SELECT * FROM sqlite_scan('FOLDER/x.db', 't')`],
    [`SELECT ST_Point(1, 2)`],
  ])('%s', async (sql) => {
    const warehouse = await open(await fileWarehouse());
    await expect(warehouse.rows(sql.replace('FOLDER', folder))).rejects.toThrow(
      /set warehouse\.external_access to true/,
    );
  });

  it.each([
    [`COPY t TO 'FOLDER/out.csv'`],
    [`ATTACH 'FOLDER/other.duckdb'`],
    ['LOAD httpfs'],
    ['INSTALL httpfs'],
    ['SET enable_external_access = true'],
    ['SET lock_configuration = false'],
    [`SET allowed_directories = ['/']`],
    [`SET temp_directory = '/tmp'`],
    [`EXPORT DATABASE 'FOLDER/export'`],
  ])('%s, also where statements run', async (sql) => {
    const warehouse = await open(await fileWarehouse(), {}, 'build');
    const before = await readdir(folder);
    await expect(warehouse.execute(sql.replace('FOLDER', folder))).rejects.toThrow(/DuckDB: /);
    expect(
      (await readdir(folder)).filter((name) => !before.includes(name) && name.startsWith('out')),
    ).toEqual([]);
  });

  it('external_access opens it', async () => {
    const warehouse = await open(await fileWarehouse(), { external_access: true });
    expect(await warehouse.rows('SELECT one FROM outside')).toEqual([{ one: '1' }]);
    expect(await warehouse.rows(`SELECT content FROM read_text('${folder}/secret.txt')`)).toEqual([
      { content: 'a secret' },
    ]);
  });

  it('writes, sorts on disk and checkpoints as before', async () => {
    const path = await fileWarehouse();
    const warehouse = await open(path, {}, 'build');
    await warehouse.execute(
      'CREATE TABLE big AS SELECT range AS i, md5(range::VARCHAR) AS m FROM range(300000)',
    );
    await warehouse.execute('CHECKPOINT');
    await warehouse.execute('INSERT INTO big VALUES (-1, NULL)');
    opened.splice(0);
    await warehouse.close();
    const again = await open(path);
    expect(await again.rows('SELECT count(*) AS n FROM big')).toEqual([{ n: '300001' }]);
  });

  it('takes no database of another kind, and asks no network for its extension', async () => {
    const path = join(folder, 'x.db');
    await writeFile(path, `SQLite format 3\0${'\0'.repeat(1000)}`);
    await expect(open(path)).rejects.toThrow(/could not be opened as a DuckDB database/);
  });
});

const odd = ['a*b', 'a?b', 'a[b', 'a[b]c', '[x]', '**', "it's", 'a{b,c}', 'ü😀', 'a b', 'k=v', '#1', '~x'];

describe('a folder of parquet files is the folder that was named', () => {
  it.each(odd)('also where it is called %s, and each file in it likewise', async (name) => {
    const path = join(folder, name);
    await mkdir(path);
    // What a pattern would take as well.
    for (const other of ['aXb', 'ab', 'abc', 'x', 'axc']) {
      await mkdir(join(folder, other));
      await parquet(join(folder, other, 'aXb.parquet'), `SELECT 'other' AS who`);
    }
    for (const [index, file] of odd.entries()) {
      await parquet(join(folder, 'one.parquet'), `SELECT ${index} AS who, 'own' AS k`);
      await copyFile(join(folder, 'one.parquet'), join(path, `${file}.parquet`));
    }
    const warehouse = await open(path);
    const names = (await warehouse.relations()).map((relation) => relation.name).sort();
    expect(names).toEqual([...odd].sort());
    for (const [index, file] of odd.entries()) {
      const rows = await warehouse.rows(`SELECT * FROM "${file}"`);
      expect(rows, file).toEqual([{ who: String(index), k: 'own' }]);
    }
  });

  it('takes bytes for text where a column holds nothing else, as older writers leave it unsaid', async () => {
    await parquet(
      join(folder, 'a.parquet'),
      `SELECT encode('Zoë') AS name, '\\xFF'::BLOB AS photo, NULL::BLOB AS nothing, ''::BLOB AS empty, 1 AS n
       UNION ALL SELECT 'Ann'::BLOB, 'text'::BLOB, NULL, NULL, 2`,
    );
    const warehouse = await open(folder);
    const [relation] = await warehouse.relations();
    expect(relation?.columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'name VARCHAR',
      'photo BLOB',
      'nothing VARCHAR',
      'empty VARCHAR',
      'n INTEGER',
    ]);
    expect(await warehouse.rows(`SELECT upper(name) AS name FROM a WHERE trim(name) = 'Zoë'`)).toEqual([
      { name: 'ZOË' },
    ]);
  });

  it('reads no other file than those', async () => {
    await mkdir(join(folder, 'p'));
    await parquet(join(folder, 'p', 'a.parquet'), 'SELECT 1 AS one');
    await parquet(join(folder, 'b.parquet'), 'SELECT 2 AS two');
    const warehouse = await open(join(folder, 'p'));
    await expect(warehouse.rows(`FROM read_parquet('${folder}/b.parquet')`)).rejects.toThrow(
      /external_access/,
    );
    await expect(warehouse.rows(`FROM read_parquet('${folder}/p/../b.parquet')`)).rejects.toThrow(
      /external_access/,
    );
  });

  it('opens a folder and a file by a path from the working folder', async () => {
    await parquet(join(folder, 'a.parquet'), 'SELECT 1 AS one');
    const before = process.cwd();
    process.chdir(dirname(folder));
    try {
      const warehouse = await open(basename(folder));
      expect(await warehouse.rows('FROM a')).toEqual([{ one: '1' }]);
    } finally {
      process.chdir(before);
    }
  });

  it('refuses two files that would be one table', async () => {
    for (const name of ['Events', 'events'])
      await parquet(join(folder, `${name}.parquet`), 'SELECT 1 AS one');
    await expect(open(folder)).rejects.toThrow(/would be the same table/);
  });
});
