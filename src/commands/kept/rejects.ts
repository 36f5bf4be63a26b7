import { runForPerson } from '../../cli/command.ts';
import { readSyncFile } from '../../cli/ends.ts';
import { Mask } from '../../cli/mask.ts';
import { configError } from '../../errors/connector-error.ts';

export interface RejectsOptions {
  /** A sync file. */
  readonly config: string;
  readonly stream?: string;
  readonly reason?: string;
  readonly csv?: boolean;
}

async function opened({ config }: RejectsOptions) {
  const { destination } = await readSyncFile({ config });
  const { parseDestinationConfig } = await import('../../destination/config.ts');
  const parsed = parseDestinationConfig(destination);
  const folder = parsed.rejects;
  if (folder === undefined || folder === 'log' || parsed.object_storage_config?.storage_type === 'S3') {
    throw configError(
      'These rejects are in no folder: they are in the log, or in the bucket of object_storage_config.',
    );
  }
  const { keptRejects } = await import('../../destination/settlement/rejects/kept-rejects.ts');
  return { folder, kept: keptRejects(folder, parsed) };
}

const heads = ['number', 'stream', 'key', 'reason', 'field', 'value'] as const;

/** The beginning of a value, on one line. */
function beginningOf(value: unknown): string {
  if (value === undefined) return '';
  const text = (typeof value === 'string' ? value : JSON.stringify(value)).replace(/\s+/g, ' ');
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

/** The column of `attributes.city` is `city`: a field is named as Customer.io names it. */
function valueAt(data: Readonly<Record<string, unknown>> | null, field: string): unknown {
  const steps = field.split('.');
  const names = steps.map((_, index) => steps.slice(index).join('.'));
  const name = names.find((one) => data !== null && Object.hasOwn(data, one));
  return name === undefined ? undefined : data?.[name];
}

/** A spreadsheet takes a cell that begins with these for a formula. */
const cell = (text: string): string => {
  const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
};

/** One line for each reject that is still to be dealt with. */
export function listRejects(options: RejectsOptions): Promise<number> {
  return runForPerson(new Mask(), async () => {
    const { folder, kept } = await opened(options);
    const { stream, reason, csv = false } = options;
    const put = (cells: readonly string[]) =>
      process.stdout.write(
        `${csv ? cells.map(cell).join(',') : cells.map((text) => text || '-').join('  ')}\n`,
      );
    put(heads);
    let count = 0;
    for await (const reject of kept) {
      if (stream !== undefined && reject.stream !== stream) continue;
      if (reason !== undefined && reject.reason !== reason) continue;
      count += 1;
      const value = beginningOf(valueAt(reject.data, reject.field));
      put([String(reject.number), reject.stream, reject.key ?? '', reject.reason, reject.field, value]);
    }
    process.stderr.write(
      `${count.toLocaleString('en')} rejects in ${folder}. More of one: rejects show NUMBER.\n`,
    );
    return 0;
  });
}

/** All that is known of one reject, its record whole. */
export function showReject(wanted: number, options: RejectsOptions): Promise<number> {
  return runForPerson(new Mask(), async () => {
    const { folder, kept } = await opened(options);
    for await (const { number, file, line, data, ...about } of kept) {
      if (number !== wanted) continue;
      const lines = Object.entries(about).map(([name, value]) => `${name}: ${value ?? '-'}`);
      process.stdout.write(`${lines.join('\n')}\nfile: ${file}, line ${line}\n`);
      process.stdout.write(
        `record: ${data === null ? 'too long to be kept' : JSON.stringify(data, null, 2)}\n`,
      );
      return 0;
    }
    throw configError(
      `${folder} has no reject number ${wanted}. rejects list shows them with their numbers.`,
    );
  });
}
