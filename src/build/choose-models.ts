import { ConnectorError, configError } from '../errors/connector-error.ts';
import { didYouMean } from '../errors/did-you-mean.ts';
import type { ModelGraph } from '../models/graph.ts';
import type { ModelFile, ModelProject } from '../models/project/project.ts';

/** A model of the user's, after all models of the user's that it refers to. One that cannot be rendered is alone. */
export function withAncestors(name: string, { user }: ModelProject, graph: ModelGraph): string[] {
  const file = user.get(name);
  if (file === undefined) return [];
  const models = orUndefined(() => graph.ordered(file));
  if (models === undefined) return [name];
  return models.filter((model) => user.get(model.file.name) === model.file).map((model) => model.file.name);
}

/** What cannot be rendered is told where it is to be built. */
export function orUndefined<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof ConnectorError) return undefined;
    throw error;
  }
}

/** @throws ConnectorError for a name that is no model, with the near ones. */
export function chosenModels(
  project: ModelProject,
  graph: ModelGraph,
  select: readonly string[] | undefined,
): string[] {
  if (select === undefined) return [...project.user.keys()];
  return select.filter((word) => word !== 'nexus').flatMap((word) => chosenBy(word, project, graph));
}

function chosenBy(word: string, project: ModelProject, graph: ModelGraph): string[] {
  const { user } = project;
  const [, tag] = /^tag:(.+)$/.exec(word) ?? [];
  if (tag !== undefined) {
    const tagged = [...user.values()].filter((file) => hasTag(file, tag, graph));
    if (tagged.length === 0) throw configError(`--select ${word}: no model has the tag "${tag}".`);
    return tagged.map((file) => file.name);
  }
  const name = word.replace(/^\+/, '');
  if (user.has(name)) return word === name ? [name] : withAncestors(name, project, graph);
  throw configError(`--select: there is no model "${name}".${didYouMean(name, [...user.keys(), 'nexus'])}`);
}

function hasTag(file: ModelFile, tag: string, graph: ModelGraph): boolean {
  const config = orUndefined(() => graph.render(file).config) ?? file.config;
  return [config.tags].flat().includes(tag);
}
