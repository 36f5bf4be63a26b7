import { styleText } from 'node:util';

/** What the demo shows of a local Customer.io, in the words of a person. */
export interface Holdings {
  readonly counts: Readonly<Record<string, number>>;
  readonly person: Person | undefined;
  readonly segments: readonly { readonly name: string; readonly size: number }[];
}

interface Person {
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly relationships: readonly {
    readonly object_id: string;
    readonly attributes: Readonly<Record<string, unknown>>;
  }[];
}

export function describeHoldings({ counts, person, segments }: Holdings): string {
  return [
    heading('What Customer.io holds now'),
    ...Object.entries(counts).map(
      ([name, count]) => `  ${name.padEnd(16)} ${count.toLocaleString('en').padStart(8)}`,
    ),
    heading('One person'),
    ...(person === undefined ? [] : describePerson(person)),
    heading('Segments'),
    ...segments.map(({ name, size }) => `  ${name.padEnd(40)} ${size.toLocaleString('en').padStart(8)}`),
    '',
  ].join('\n');
}

function heading(text: string): string {
  return `\n${styleText('bold', text)}`;
}

function describePerson({ attributes, relationships }: Person): string[] {
  return [
    ...Object.entries(attributes).map(([name, value]) => `  ${name.padEnd(22)} ${text(value)}`),
    ...relationships.flatMap(({ object_id, attributes: own }) => [
      `  at location ${object_id}`,
      ...Object.entries(own).map(([name, value]) => `    ${name.padEnd(24)} ${text(value)}`),
    ]),
  ];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
