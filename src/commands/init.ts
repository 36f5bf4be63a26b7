import { access, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';
import { runForPerson } from '../cli/command.ts';
import { Mask } from '../cli/mask.ts';
import { loadSource } from '../cli/role.ts';
import { configError } from '../errors/connector-error.ts';
import { didYouMean } from '../errors/did-you-mean.ts';
import { fileFault } from '../errors/file-fault.ts';
import { isJsonObject } from '../json/json-object.ts';
import { packageRoot } from '../package-root.ts';
import { type NeededSetting, neededSettings, newSyncFile } from '../sync/new-sync-file.ts';

export interface InitOptions {
  /** The file to write. */
  readonly config: string;
  readonly warehouse?: string;
  readonly region?: string;
  /** `name=value` of the warehouse's settings. */
  readonly set?: readonly string[];
  readonly force?: boolean;
}

/** A folder of parquet files is read by the warehouse that is a path. */
const folderOfFiles = 'parquet';

/** Writes a sync file, and asks for what it needs where somebody can be asked. */
export function runInit(options: InitOptions): Promise<number> {
  return runForPerson(new Mask(), async () => {
    const { config: path, force = false } = options;
    if (
      !force &&
      (await access(path).then(
        () => true,
        () => false,
      ))
    )
      throw configError(
        `${path} is there already. Add --force to overwrite it, or name another file with --config.`,
      );
    const forms = await warehouseForms();
    const kind =
      options.warehouse ??
      (await ask('Warehouse', [...forms.keys(), folderOfFiles].join(', '), [...forms.keys()][0] ?? ''));
    const form =
      forms.get(kind) ?? (kind === folderOfFiles ? [...forms.values()].find(takesPath) : undefined);
    const names = [...forms.keys(), folderOfFiles];
    if (form === undefined)
      throw configError(
        `There is no warehouse "${kind}".${didYouMean(kind, names)} It is one of ${names.join(', ')}.`,
      );
    const values = await valuesOf(neededSettings(form), options.set ?? [], kind === folderOfFiles);
    const region = options.region ?? (await ask('Region of Customer.io', 'us or eu', 'us'));
    if (!['us', 'eu'].includes(region)) throw configError(`The region is us or eu, not "${region}".`);
    const schema = fileURLToPath(new URL('docs/sync.schema.json', packageRoot));
    await write(path, newSyncFile({ form, values, region, schema }));
    process.stdout.write(
      `${path} is written. Set CUSTOMER_IO_SITE_ID and CUSTOMER_IO_API_KEY, then: nexus-customer-io check --config ${path}\n`,
    );
    return 0;
  });
}

type Form = Readonly<Record<string, unknown>>;

/** By the warehouse's type, as the source's own form has them. */
async function warehouseForms(): Promise<ReadonlyMap<string, Form>> {
  const { connectionSpecification: spec } = await (await loadSource()).spec();
  const fields = isJsonObject(spec.properties) ? spec.properties : {};
  const choices =
    isJsonObject(fields.warehouse) && Array.isArray(fields.warehouse.oneOf) ? fields.warehouse.oneOf : [];
  return new Map(
    choices.filter(isJsonObject).flatMap((form) => {
      const type = isJsonObject(form.properties) ? form.properties.type : undefined;
      return isJsonObject(type) ? [[String(type.const), form] as const] : [];
    }),
  );
}

const takesPath = (form: Form): boolean => neededSettings(form).some(({ name }) => name === 'path');

async function valuesOf(
  needed: readonly NeededSetting[],
  given: readonly string[],
  isFolder: boolean,
): Promise<Readonly<Record<string, string>>> {
  const names = needed.filter(({ isSecret }) => !isSecret).map(({ name }) => name);
  const values: Record<string, string> = {};
  for (const pair of given) {
    const [name = '', ...rest] = pair.split('=');
    if (!names.includes(name))
      throw configError(
        `--set: this warehouse needs no "${name}".${didYouMean(name, names)} It takes ${names.join(', ')}.`,
      );
    values[name] = rest.join('=');
  }
  for (const { name, title, example, isSecret } of needed) {
    if (isSecret || values[name] !== undefined) continue;
    const fallback = isFolder && name === 'path' ? 'parquet' : example;
    values[name] = await ask(
      title,
      isFolder && name === 'path' ? 'a folder of parquet files' : `such as ${example}`,
      fallback,
    );
  }
  return values;
}

/** What a person answers at a terminal; elsewhere, and for nothing, the fallback. */
async function ask(question: string, hint: string, fallback: string): Promise<string> {
  if (!process.stdin.isTTY) return fallback;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = (await lines.question(`${question} (${hint}) [${fallback}]: `)).trim();
    return answer === '' ? fallback : answer;
  } finally {
    lines.close();
  }
}

async function write(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (cause) {
    throw configError(`${path} cannot be written: ${fileFault(cause)}.`, { cause });
  }
}
