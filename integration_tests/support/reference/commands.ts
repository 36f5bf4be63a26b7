import type { Argument, Command, Option } from 'commander';
import { buildProgram } from '../../../src/commands/program.ts';
import { table } from './table.ts';

const code = (value: string): string => `\`${value}\``;

/** Commands with the words that call each. A group, such as `source`, is no command by itself. */
function commandsOf(parent: Command, words: string): (readonly [string, Command])[] {
  return parent.commands.flatMap((command) => {
    const called = `${words} ${command.name()}`;
    return command.commands.length > 0 ? commandsOf(command, called) : [[called, command] as const];
  });
}

const argumentRow = (argument: Argument): string[] => [
  code(argument.required ? `<${argument.name()}>` : `[${argument.name()}]`),
  argument.required ? '**required**' : '',
  argument.description,
];

function optionRow({ flags, mandatory, defaultValue, argChoices, description }: Option): string[] {
  const choices = argChoices === undefined ? '' : ` One of ${argChoices.map(code).join(', ')}.`;
  const fallback = defaultValue === undefined ? '' : code(String(defaultValue));
  return [
    code(flags),
    mandatory ? '**required**' : fallback,
    `${description}${choices === '' ? '' : `.${choices}`}`,
  ];
}

function sentence(description: string): string {
  return `${description.charAt(0).toUpperCase()}${description.slice(1)}.`;
}

function bodyOf(command: Command): string {
  const rows = [...command.registeredArguments.map(argumentRow), ...command.options.map(optionRow)];
  const given =
    rows.length === 0 ? 'It takes no options.' : table(['argument or option', 'default', 'meaning'], rows);
  return `${sentence(command.description())}\n\n${given}`;
}

/** The text of docs/commands.md. Commands that have two names stand under both. */
export function commandReference(): string {
  const program = buildProgram(() => undefined);
  const names = new Map<string, string[]>();
  for (const [words, command] of commandsOf(program, program.name())) {
    const body = bodyOf(command);
    names.set(body, [...(names.get(body) ?? []), words]);
  }
  return `${[
    '# Command reference',
    '<!-- Written by `npm run docs` from the command line itself. Do not edit. -->',
    'The executables are in `bin/`. `bin/source-nexus` takes the commands of `nexus-customer-io source`, and `bin/destination-customer-io` those of `nexus-customer-io destination`. `--help` prints what is below, `--version` the version. The exit codes are in the [README](../README.md#exit-codes).',
    ...[...names].map(([body, words]) => `## ${words.join(', ')}\n\n${body}`),
  ].join('\n\n')}\n`;
}
