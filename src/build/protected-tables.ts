import { configError } from '../errors/connector-error.ts';
import type { ModelGraph, RenderedModel } from '../models/graph.ts';
import { type ModelFile, type ModelProject, relationName } from '../models/project/project.ts';
import { mayDefineCte } from '../models/sql/sql-text.ts';
import { tablesRead } from '../models/sql/tables-read.ts';
import { findStanding, type Standing } from '../nexus/replace-relation.ts';
import type { Dialect } from '../warehouse/warehouse.ts';
import { orUndefined } from './choose-models.ts';

export interface Protection {
  readonly project: ModelProject;
  readonly graph: ModelGraph;
  readonly dialect: Dialect;
  /** The schema that is built in, as the warehouse spells it. */
  readonly schema: string;
  readonly standing: readonly Standing[];
  /** Whether what run did not make may be replaced. */
  readonly replace: boolean;
}

/**
 * A table holds what cannot be had again, unless `run` has made it: it is replaced only if a person asks for it, and
 * never where a model reads it.
 *
 * @throws ConnectorError that says what stands in the way of a model, and how to mend it.
 */
export function refuseToDestroy(file: ModelFile, protection: Protection): void {
  const { graph, dialect, schema, standing, replace } = protection;
  const name = relationName(file);
  const rename = 'Rename the file, or give it an alias.';
  const own = graph.ordered(file).find((model) => reads(model, name, protection));
  if (own !== undefined) {
    const through = own.file === file ? '' : ` through ${own.file.path}`;
    throw configError(
      `${file.path} reads the table ${name}${through}, which has the model's own name: building it would replace what it reads. ${rename}`,
    );
  }
  const present = findStanding(standing, { schema, name }, dialect);
  if (present === undefined || present.isOurs) return;
  const what = `the ${present.kind} ${present.name}, which run did not make`;
  const reader = [...protection.project.user.values()].find((each) => mayRead(each, name, protection));
  if (reader !== undefined) {
    throw configError(
      `${file.path} would replace ${what} and ${reader.path} reads. It is left as it is. ${rename}`,
    );
  }
  if (replace) return;
  throw configError(
    `${file.path} would replace ${what}. It is left as it is. ${rename} If you do not need it, drop it or run with --replace.`,
  );
}

const sameName = (a: string, b: string, { foldIdentifier }: Dialect): boolean =>
  foldIdentifier(a) === foldIdentifier(b);

/** Whether a model reads a table of this schema: by ref or source, or plainly by its name, which is no CTE's. */
function reads(model: RenderedModel, name: string, protection: Protection): boolean {
  const { dialect } = protection;
  const byReference = [...model.references.values()].some(
    (reference) =>
      reference.kind === 'relation' &&
      !reference.isElsewhere &&
      reference.relation.schema === undefined &&
      sameName(reference.relation.name, name, dialect),
  );
  return (
    byReference || (!mayDefineCte(model.sql, name, dialect) && readsPlainly(model.sql, name, protection))
  );
}

function readsPlainly(sql: string, name: string, { dialect, schema }: Protection): boolean {
  return tablesRead(sql, dialect).some((parts) => {
    const written = parts.at(-2);
    return (
      sameName(parts.at(-1) ?? '', name, dialect) &&
      (written === undefined || sameName(written, schema, dialect))
    );
  });
}

/** The same, erring towards yes: of a model that cannot be rendered the text is looked at. */
function mayRead(file: ModelFile, name: string, protection: Protection): boolean {
  const { dialect, graph } = protection;
  const model = orUndefined(() => graph.render(file));
  if (model !== undefined && reads(model, name, protection)) return true;
  if (readsPlainly(model?.sql ?? file.text, name, protection)) return true;
  return model === undefined && namedInJinja(file.text).some((each) => sameName(each, name, dialect));
}

/** The names in `source('x', 'y')` and `ref('y')`. */
const namedInJinja = (text: string): string[] =>
  [...text.matchAll(/\b(?:ref|source)\s*\(([^)]*)\)/g)].flatMap(([, given]) => {
    const last = [...(given ?? '').matchAll(/(['"])([^'"]+)\1/g)].at(-1)?.[2];
    return last === undefined ? [] : [last];
  });
