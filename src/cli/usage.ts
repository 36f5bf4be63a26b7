import type { Command } from 'commander';
import { didYouMean } from '../errors/did-you-mean.ts';

/**
 * What is wrong with a command line, where the parser's own words miss it: it names a missing option before a
 * mistyped one, and does not know that another command has it.
 *
 * @returns undefined where the parser's words are the right ones
 */
export function usageProblem(program: Command, argv: readonly string[]): string | undefined {
  const { command, rest } = calledOf(program, argv);
  if (command === program) return undefined;
  const unknown = rest.map((word) => word.replace(/=.*$/s, '')).find((word) => isUnknown(command, word));
  if (unknown !== undefined) return unknownOption(program, command, unknown);
  const file = rest.find((word) => /\.(?:ya?ml|json)$/.test(word));
  const takesConfig = command.options.some(({ long }) => long === '--config');
  if (file === undefined || !takesConfig || rest.some((word) => /^--config(?:=|$)/.test(word)))
    return undefined;
  return `${file} is not expected here. Write: ${pathOf(command)} --config ${file}`;
}

/** The innermost command that the words name, and the words after it. */
function calledOf(program: Command, argv: readonly string[]): { command: Command; rest: readonly string[] } {
  const next = program.commands.find((one) => one.name() === argv[0]);
  return next === undefined ? { command: program, rest: argv } : calledOf(next, argv.slice(1));
}

const longOf = (command: Command): string[] =>
  command.options.flatMap(({ long }) => (long === undefined || long === null ? [] : [long]));

const isUnknown = (command: Command, word: string): boolean =>
  /^--[a-z]/i.test(word) && word !== '--help' && !longOf(command).includes(word);

function unknownOption(program: Command, command: Command, option: string): string {
  const others = leavesOf(program).filter((one) => longOf(one).includes(option));
  const near = didYouMean(option, [...longOf(command), '--help']).replaceAll('"', '');
  const owners = [...new Set(others.map(pathOf))];
  const elsewhere = owners.length === 0 ? '' : ` It is an option of ${owners.join(', ')}.`;
  return `${pathOf(command)} has no option ${option}.${near === '' ? elsewhere : near}`;
}

function leavesOf(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leavesOf);
}

/** `destination check`, less the program's own name. */
function pathOf(command: Command): string {
  const { parent } = command;
  return parent === null || parent.parent === null ? command.name() : `${pathOf(parent)} ${command.name()}`;
}
