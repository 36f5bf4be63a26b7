import { ConnectorError, configError, messageOf } from '../../errors/connector-error.ts';
import { didYouMean } from '../../errors/did-you-mean.ts';
import { lineOf, type Place, type Source, TemplateFault } from './fault.ts';
import { NotDefined } from './values/text-of.ts';

/** What only dbt itself can answer, because it asks the warehouse or other packages while it compiles. */
const NEEDS_DBT = new Set(
  `adapter api builtins codegen dbt dbt_date dbt_expectations dbt_utils graph load_result model
   run_query selected_resources statement store_result write`.split(/\s+/),
);

/** Whatever went wrong in a template, as a sentence for the model's author: file, line, mistake. */
export function templateError(error: unknown, reached: Place, main: Source): ConnectorError {
  const place = placeText(error instanceof TemplateFault ? (error.place ?? reached) : reached, main);
  if (error instanceof ConnectorError) return configError(`${place}: ${error.message}`, { cause: error });
  if (error instanceof NotDefined) return configError(`${place}: ${reasonOf(error)}`);
  if (error instanceof TemplateFault) return configError(`${place}: ${error.message}`);
  if (error instanceof RangeError) {
    return configError(`${place}: this is nested too deeply, or makes a text that is too long.`, {
      cause: error,
      internal: error.message,
    });
  }
  return configError(`${place}: ${messageOf(error)}`, { cause: error });
}

function placeText(place: Place, main: Source): string {
  const { path } = place.source;
  const text = `${path}, line ${lineOf(place)}`;
  return place.source === main ? text : `${text} (called by ${main.path})`;
}

function reasonOf({ value, use }: NotDefined): string {
  const { expression, kind, known } = value;
  const root = /^[\p{L}_][\p{L}\p{N}_]*/u.exec(expression)?.[0] ?? '';
  if (kind === 'name' && NEEDS_DBT.has(root)) return needsDbt(expression);
  const near = didYouMean(
    expression,
    kind === 'name' ? known : known.map((name) => sibling(expression, name)),
  );
  if (use === 'call') return `there is no macro "${expression}".${near}`;
  return `"${expression}" is not defined.${near}`;
}

/** The same owner's other member. */
function sibling(expression: string, member: string): string {
  return expression.replace(/[^.]*$/, () => member);
}

/** What works only inside dbt, and the way around it. */
export function needsDbt(what: string): string {
  return (
    `"${what}" only works inside dbt, so this model cannot be read here. ` +
    'Build it with dbt and read the resulting table (from: relation), or write out the SQL.'
  );
}
