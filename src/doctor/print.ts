import { styleText } from 'node:util';
import {
  allFindings,
  counted,
  type Detail,
  type Finding,
  type ModelReport,
  type Report,
  type Severity,
} from './finding.ts';

const colours = { error: 'red', warning: 'yellow', info: 'dim' } as const;

const order: readonly Severity[] = ['error', 'warning', 'info'];

type Style = (severity: Severity | 'bold', text: string) => string;

/** The report for a person: by stream and model, each finding with its remedy and a few rows. */
export function printed(report: Report, stream: NodeJS.WritableStream): string {
  const style: Style = (severity, text) =>
    styleText(severity === 'bold' ? 'bold' : colours[severity], text, { stream });
  const lines = [
    ...report.findings.flatMap((finding) => findingLines(finding, style)),
    ...report.streams.flatMap(({ stream: name, findings, models }) => [
      style('bold', name),
      ...findings.flatMap((finding) => findingLines(finding, style)),
      ...models.flatMap((model) => modelLines(model, style)),
      '',
    ]),
    summary(report, style),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function modelLines({ model, rows, findings }: ModelReport, style: Style): string[] {
  const head = `  ${model}: ${rows === undefined ? 'not run' : counted(rows, 'row')}`;
  const worstFirst = findings.toSorted((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
  return [head, ...worstFirst.flatMap((finding) => findingLines(finding, style))];
}

function findingLines(
  { severity, code, message, mend, examples = [], details = [] }: Finding,
  style: Style,
): string[] {
  return [
    `    ${style(severity, severity.padEnd(7))}  ${message} [${code}]`,
    ...(mend === undefined ? [] : [`             → ${mend}`]),
    ...(code === 'identify_rows' ? details : []).map((detail) => stepLine(detail)),
    ...examples.map((example) => `             ${style('info', rowText(example))}`),
  ];
}

/** What one condition of identify leaves. */
const stepLine = ({ condition, rows }: Detail): string =>
  `             ${Number(rows).toLocaleString('en').padStart(9)}  ${condition}`;

/** `userId=ann@x.org  bio="A long…"  size=1204`. */
function rowText(row: Detail): string {
  return Object.entries(row)
    .map(([name, value]) => `${name}=${valueText(value)}`)
    .join('  ');
}

/** Blanks are told from the text's end, and line breaks do not break the report, by quotes. */
function valueText(value: string | number | null): string {
  if (value === null) return 'NULL';
  return /^[^\s"'=\p{C}]+$/u.test(String(value)) ? String(value) : JSON.stringify(value);
}

function summary(report: Report, style: Style): string {
  const findings = allFindings(report);
  const count = (severity: Severity): number =>
    findings.filter((finding) => finding.severity === severity).length;
  const errors = count('error');
  const text = `${counted(errors, 'error')}, ${counted(count('warning'), 'warning')}`;
  return errors > 0 ? style('error', text) : text;
}
